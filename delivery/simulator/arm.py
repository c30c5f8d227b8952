"""Ids of Azure Resource Manager: the place of each resource type, and the inputs that name it."""

import re
from dataclasses import dataclass

from delivery.reach.arm_paths import GROUP, PATHS, find_path

from .values import UNKNOWN, Properties

SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
TENANT = "22222222-2222-4222-8222-222222222222"

_SINGLETONS = {"storage:BlobServiceProperties"}
_FIXED_NAMES = {"privatedns:PrivateZone", "dns:Zone", "storage:BlobServiceProperties", "storage:ManagementPolicy"}


@dataclass(frozen=True)
class ArmType:
    """A resource type with the path of its ids."""

    token: str
    path: str

    @property
    def parameters(self) -> list[str]:
        """Return the inputs that make up the id; the last one is the resource's own name."""
        return [name for name in re.findall(r"{(\w+)}", self.path) if name != "subscriptionId"]

    @property
    def own_name(self) -> str:
        return self.parameters[-1]

    @property
    def singleton(self) -> bool:
        """True for what exists with its parent: never created, never deleted."""
        return _short(self.token) in _SINGLETONS

    @property
    def naming(self) -> str:
        """Return the kind of name that azure-native gives by itself: `random`, `copy`, `uuid`, or `` for none."""
        if _short(self.token) in _FIXED_NAMES:
            return ""
        if "RoleAssignment" in self.token:
            return "uuid"
        own = self.path.rpartition("/providers/")[2]
        return "random" if own.count("/") <= 2 else "copy"

    @property
    def type(self) -> str:
        """Return the type as Azure writes it, such as `Microsoft.ContainerService/managedClusters/agentPools`."""
        if self.path == GROUP:
            return "Microsoft.Resources/resourceGroups"
        provider, *rest = self.path.rpartition("/providers/")[2].split("/")
        return "/".join([provider, *rest[::2]])

    def id(self, inputs: Properties) -> str:
        """Return the resource's id, or the marker of the unknown while a part of it is unknown."""
        values = {"subscriptionId": SUBSCRIPTION} | {name: str(inputs.get(name, "")) for name in self.parameters}
        if UNKNOWN in values.values():
            return UNKNOWN
        return "/" + self.path.format(**values).lstrip("/")


def arm_type(token: str) -> ArmType:
    """Return the type of a token. Raises KeyError where delivery/reach/arm_paths.py has no path for it."""
    return ArmType(token, find_path(token))


def parent(resource_id: str) -> str | None:
    """Return the id that must exist first: of a parent resource, a scope, or a resource group."""
    outer, _, own = resource_id.rpartition("/providers/")
    if not outer:
        return None
    steps = own.split("/")
    if len(steps) > 3:
        found = f"{outer}/providers/{'/'.join(steps[:-2])}"
        return found.removesuffix("/blobServices/default")
    return outer if outer.count("/") > 2 else None


def group_of(resource_id: str) -> str:
    """Return the id of a resource's group."""
    return "/".join(resource_id.split("/")[:5])


def _short(token: str) -> str:
    return token.removeprefix("azure-native:")


TOKENS = [f"azure-native:{short}" for short in PATHS]
