"""Azure Resource Manager's ids: where a resource of each type lives, and which inputs name it."""

import re
from dataclasses import dataclass

from delivery.reach.arm_paths import GROUP, PATHS

from .values import UNKNOWN, Properties

SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
TENANT = "22222222-2222-4222-8222-222222222222"

_SINGLETONS = {"storage:BlobServiceProperties"}
_FIXED_NAMES = {"privatedns:PrivateZone", "dns:Zone", "storage:BlobServiceProperties", "storage:ManagementPolicy"}


@dataclass(frozen=True)
class ArmType:
    token: str
    path: str

    @property
    def parameters(self) -> list[str]:
        """The inputs that make up the id; the last one is the resource's own name."""
        return [name for name in re.findall(r"{(\w+)}", self.path) if name != "subscriptionId"]

    @property
    def own_name(self) -> str:
        return self.parameters[-1]

    @property
    def singleton(self) -> bool:
        """It comes and goes with its parent: always there, never created, never deleted."""
        return _short(self.token) in _SINGLETONS

    @property
    def naming(self) -> str:
        """How a name that is not given is made up: `random`, `copy`, `uuid`, or `` for never."""
        if _short(self.token) in _FIXED_NAMES:
            return ""
        if "RoleAssignment" in self.token:
            return "uuid"
        own = self.path.rpartition("/providers/")[2]
        return "random" if own.count("/") <= 2 else "copy"

    @property
    def type(self) -> str:
        """Such as `Microsoft.ContainerService/managedClusters/agentPools`."""
        if self.path == GROUP:
            return "Microsoft.Resources/resourceGroups"
        provider, *rest = self.path.rpartition("/providers/")[2].split("/")
        return "/".join([provider, *rest[::2]])

    def id(self, inputs: Properties) -> str:
        """The resource's id, or the marker of the unknown while a part of it is not known."""
        values = {"subscriptionId": SUBSCRIPTION} | {name: str(inputs.get(name, "")) for name in self.parameters}
        if UNKNOWN in values.values():
            return UNKNOWN
        return "/" + self.path.format(**values).lstrip("/")


def arm_type(token: str) -> ArmType:
    """KeyError: this simulation has no such resource type; add its path above."""
    path = PATHS[_short(token)]
    if not path.startswith(("/", "{")):
        path = f"{GROUP}/providers/{path}"
    return ArmType(token, path)


def parent(resource_id: str) -> str | None:
    """The id of what must exist before this can: a parent resource, its scope, or its resource group."""
    outer, _, own = resource_id.rpartition("/providers/")
    if not outer:
        return None
    steps = own.split("/")
    if len(steps) > 3:
        found = f"{outer}/providers/{'/'.join(steps[:-2])}"
        return found.removesuffix("/blobServices/default")
    return outer if outer.count("/") > 2 else None


def group_of(resource_id: str) -> str:
    return "/".join(resource_id.split("/")[:5])


def _short(token: str) -> str:
    return token.removeprefix("azure-native:")


TOKENS = [f"azure-native:{short}" for short in PATHS]
