"""The registry holds what runs: whoever pushes or pulls is known."""

from collections.abc import Iterator

from policy.model import Fault, Resource, rule
from policy.values import at, is_unknown

REGISTRY = "azure-native:containerregistry:Registry"


@rule(
    "registry-admin-off",
    REGISTRY,
    demand="A registry has no admin user.",
    remedy="set adminUserEnabled to false; pipelines and nodes get roles",
)
def admin(resource: Resource) -> Iterator[Fault]:
    """One password for everything, that nobody rotates."""
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


@rule(
    "protected-registry-closed",
    REGISTRY,
    demand="Not every network reaches a protected registry.",
    remedy="set publicNetworkAccess to Disabled, or networkRuleSet.defaultAction to Deny",
)
def network(resource: Resource) -> Iterator[Fault]:
    """Mandatory where the environment protects what it has."""
    access, action = (at(resource.inputs, path) for path in ("publicNetworkAccess", "networkRuleSet.defaultAction"))
    if not resource.protected or access == "Disabled" or action == "Deny" or is_unknown(access) or is_unknown(action):
        return
    yield Fault("publicNetworkAccess", f"{access or 'not set, which means Enabled'}, and no network is refused")


RULES = (admin, anonymous, network)
