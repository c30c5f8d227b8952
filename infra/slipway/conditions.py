"""Conditions on role assignments: which blobs an identity reads and writes, and which roles it may grant.

Source of the grammar and of the attributes: learn.microsoft.com, "Azure role assignment condition format and syntax",
"Example Azure role assignment conditions for Blob Storage", "Delegate Azure role assignment management to others with
conditions". Each action that a role allows and a condition does not name is allowed.
"""

from collections.abc import Iterable

from pulumi_azure_native.authorization import PrincipalType

from .roles import Role

_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
_CHANGES = ("write", "add/action", "move/action", "delete")

_GRANTED = {
    PrincipalType.SERVICE_PRINCIPAL: (
        Role.ACR_PULL,
        Role.ACR_PUSH,
        Role.AKS_CLUSTER_USER,
        Role.AKS_RBAC_READER,
        Role.BLOB_DATA_READER,
        Role.MANAGED_IDENTITY_OPERATOR,
        Role.MONITORING_DATA_READER,
        Role.MONITORING_READER,
        Role.NETWORK_CONTRIBUTOR,
        Role.READER,
    ),
    PrincipalType.GROUP: (
        Role.AKS_CLUSTER_USER,
        Role.AKS_RBAC_READER,
        Role.GRAFANA_ADMIN,
        Role.GRAFANA_VIEWER,
        Role.MONITORING_DATA_READER,
        Role.MONITORING_READER,
    ),
}
"""Roles that this program grants inside an environment's resource group, without the roles that would make an identity
stronger than the one that grants them, and without the right to publish models: later environments run them."""


def state_paths(project: str, stack: str) -> tuple[str, ...]:
    """Return patterns of the blobs that Pulumi's own backend keeps for a stack. Names of stacks hold no dot."""
    folders = (".pulumi/history", ".pulumi/backups", ".pulumi/locks/organization")
    return (f".pulumi/stacks/{project}/{stack}.*", *(f"{folder}/{project}/{stack}/*" for folder in folders))


BACKEND = ".pulumi/meta.yaml"
"""The backend's description of itself, read by each command, written by the first login alone."""

RELEASES = "_releases/*"
"""The records that the build writes (delivery/release/store.py)."""

ASKED = "_asked/*"
"""Builds of new models that were asked for (delivery/model/watch.py)."""


def deployments(stack: str) -> str:
    """Return the pattern of an environment's history of deployments (delivery/release/store.py)."""
    return f"_deployments/{stack}/*"


def blobs(*, reads: Iterable[str] = (), writes: Iterable[str] = ()) -> str:
    """Return the condition that limits content to paths; a side without paths stays unlimited. Listing is free."""
    parts = []
    if read := tuple(reads):
        parts.append(
            f"((!(ActionMatches{{'{_BLOBS}/read'}} AND NOT SubOperationMatches{{'Blob.List'}})) OR {_in(read)})"
        )
    if write := tuple(writes):
        free = " AND ".join(f"!(ActionMatches{{'{_BLOBS}/{action}'}})" for action in _CHANGES)
        parts.append(f"(({free}) OR {_in(write)})")
    return " AND ".join(parts)


def _in(paths: Iterable[str]) -> str:
    return "(" + " OR ".join(f"@Resource[{_BLOBS}:path] StringLike '{path}'" for path in paths) + ")"


def may_grant() -> str:
    """Return the condition under which an identity grants and revokes roles: these, to these kinds of principals."""
    return " AND ".join(_grants(action, place) for action, place in (("write", "@Request"), ("delete", "@Resource")))


def _grants(action: str, place: str) -> str:
    choices = []
    for kind, roles in _GRANTED.items():
        ids = ", ".join(sorted(role.value for role in roles))
        choices.append(
            f"({place}[{_ASSIGNMENTS}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{ids}}} AND "
            f"{place}[{_ASSIGNMENTS}:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {{'{kind.value}'}})"
        )
    return f"((!(ActionMatches{{'{_ASSIGNMENTS}/{action}'}})) OR ({' OR '.join(choices)}))"
