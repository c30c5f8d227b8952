"""Role assignments of a recorded program, by the identity that holds them."""

from collections.abc import Iterator
from dataclasses import dataclass

from delivery.preview.record import Record, Recorded
from slipway.roles import Role

from .condition import Request, allows

ASSIGNMENT = "azure-native:authorization:RoleAssignment"
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_READ = "read"
_CHANGES = ("write", "add/action", "move/action", "delete")

READING = frozenset(
    {
        Role.ACR_PULL,
        Role.AKS_CLUSTER_USER,
        Role.AKS_RBAC_READER,
        Role.BLOB_DATA_READER,
        Role.COST_READER,
        Role.KEY_VAULT_CRYPTO_USER,
        Role.MONITORING_DATA_READER,
        Role.MONITORING_READER,
        Role.READER,
    }
)
"""Roles that change nothing. Each other one counts as writing."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One role on one scope; `where` is the scope as people read it."""

    role: Role
    scope: str
    where: str
    condition: str

    @property
    def writes(self) -> bool:
        """A role with which something can be changed."""
        return self.role not in READING

    def reads_blob(self, path: str) -> bool:
        """Return whether the content of a blob in this container can be read."""
        return self.role in (Role.BLOB_DATA_READER, Role.BLOB_DATA_CONTRIBUTOR) and self._passes(_READ, path)

    def writes_blob(self, path: str) -> bool:
        """Return whether a blob in this container can be made, replaced or deleted."""
        if self.role is not Role.BLOB_DATA_CONTRIBUTOR:
            return False
        return any(self._passes(action, path) for action in _CHANGES)

    def _passes(self, action: str, path: str) -> bool:
        if not self.condition:
            return True
        asked = Request(action=f"{_BLOBS}/{action}", attributes={f"@Resource[{_BLOBS}:path]": path})
        return allows(self.condition, asked)


def grants(found: Recorded, identity: str) -> list[Grant]:
    """Return the grants of the identity with this logical name, or of the group with this object id."""
    return [
        Grant(
            role=Role(str(one.inputs["roleDefinitionId"]).rpartition("/")[2]),
            scope=str(one.inputs["scope"]),
            where=place(found, str(one.inputs["scope"])),
            condition=str(one.inputs.get("condition") or ""),
        )
        for one in found.all(ASSIGNMENT)
        if one.inputs["principalId"] in (identity, f"${{{identity}.principalId}}")
    ]


def place(found: Recorded, scope: str) -> str:
    """Return a scope in a reader's words: the physical name of a resource, a container, or another stack's output."""
    if scope.startswith("${"):
        name, _, rest = scope[2:].partition("}")
        owner, _, output = name.rpartition(".")
        record = next((one for one in found.resources if one.name == owner), None)
        return (_named(record) if record else f"{owner}'s {output}") + rest
    parts = scope.strip("/").split("/")
    if "containers" in parts:
        return f"container {parts[-1]}"
    return f"{parts[-2]} {parts[-1]}" if len(parts) > 2 else "the subscription"


def identities(found: Recorded) -> Iterator[Record]:
    """Yield the identities that a stack declares."""
    yield from found.all(IDENTITY)


def _named(record: Record) -> str:
    """Return the name that Azure shows: the first input that is one."""
    keys = ("resourceName", "registryName", "accountName", "containerName", "clusterName", "resourceGroupName")
    own = next((str(record.inputs[key]) for key in keys if key in record.inputs), record.name)
    if record.type == "azure-native:storage:BlobContainer":
        return f"container {record.inputs['containerName']}"
    return own
