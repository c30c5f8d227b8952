"""Registry of what runs: each identity that pushes or pulls is known."""

from collections.abc import Iterator

from policy.model import Fault, Resource, rule
from policy.values import at

REGISTRY = "azure-native:containerregistry:Registry"


@rule(
    "registry-admin-off",
    REGISTRY,
    demand="A registry has no admin user.",
    remedy="set adminUserEnabled to false; pipelines and nodes get roles",
)
def admin(resource: Resource) -> Iterator[Fault]:
    """Yield a fault for the admin user: one password for everything, which is not rotated."""
    if at(resource.inputs, "adminUserEnabled") is True:
        yield Fault("adminUserEnabled", "on")


@rule(
    "registry-anonymous-pull-off",
    REGISTRY,
    demand="Nobody pulls from a registry without a login.",
    remedy="set anonymousPullEnabled to false",
)
def anonymous(resource: Resource) -> Iterator[Fault]:
    """Images hold the model and the code."""
    if at(resource.inputs, "anonymousPullEnabled") is True:
        yield Fault("anonymousPullEnabled", "on")


RULES = (admin, anonymous)
