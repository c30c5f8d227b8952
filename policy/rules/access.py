"""Rights: no more than needed, to principals whose type is stated."""

import re
from collections.abc import Iterator

from policy.model import Fault, Resource, rule
from policy.values import at, is_unknown, members

ASSIGNMENT = "azure-native:authorization:RoleAssignment"
FEDERATION = "azure-native:managedidentity:FederatedIdentityCredential"
_BROAD = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
}
_ABOVE_GROUPS = re.compile(
    r"/?(?:subscriptions/[^/]+|providers/microsoft\.management/managementgroups/[^/]+|)/?", re.IGNORECASE
)


@rule(
    "role-principal-type",
    ASSIGNMENT,
    demand="A role assignment says what kind of principal it is for.",
    remedy="set principalType, mostly to ServicePrincipal",
)
def principal_type(resource: Resource) -> Iterator[Fault]:
    """Without it Azure looks a new identity up before Entra has spread it, and fails."""
    if at(resource.inputs, "principalType") is None:
        yield Fault("principalType", "not set")


@rule(
    "role-not-broad-above-groups",
    ASSIGNMENT,
    demand="Nobody is Owner, Contributor or administrator of access of a whole subscription.",
    remedy="give a role that fits the task, on the resource or its group",
)
def broad(resource: Resource) -> Iterator[Fault]:
    """A scope that is not known yet is judged by what is written around the unknown."""
    scope, role = at(resource.inputs, "scope"), at(resource.inputs, "roleDefinitionId")
    name = _BROAD.get(str(role).rpartition("/")[2].casefold())
    if name and isinstance(scope, str) and _above_groups(scope):
        yield Fault("roleDefinitionId", f"{name} on {scope}")


@rule(
    "federation-exact",
    FEDERATION,
    demand="A federated credential names one subject, and tokens meant for Azure.",
    remedy="set subject to one exact subject and audiences to [api://AzureADTokenExchange]",
)
def federation(resource: Resource) -> Iterator[Fault]:
    """A wildcard lets every pipeline of the issuer in."""
    subject = at(resource.inputs, "subject")
    if not subject or (isinstance(subject, str) and "*" in subject):
        yield Fault("subject", str(subject) if subject else "not set")
    audiences = at(resource.inputs, "audiences")
    if not is_unknown(audiences) and members(audiences) != ["api://AzureADTokenExchange"]:
        yield Fault("audiences", ", ".join(map(str, members(audiences))) or "not set")


def _above_groups(scope: str) -> bool:
    """Return True where the scope is a subscription or wider. `${group.id}` is not: it is some resource's own."""
    return bool(scope) and _ABOVE_GROUPS.fullmatch(scope) is not None


RULES = (principal_type, broad, federation)
