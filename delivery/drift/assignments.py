"""Role assignments on our scopes that the state knows nothing of: access that was granted behind the code's back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from delivery.failure import FailureError
from delivery.preview.kinds import ROLES
from delivery.release.command import Command

_REMEDY = "see https://learn.microsoft.com/cli/azure/install-azure-cli"
_TYPE = "azure-native:authorization:RoleAssignment"
_GROUP = "azure-native:resources:ResourceGroup"
_ASSIGNMENTS: Final = "providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01"


@dataclass(frozen=True)
class Assignment:
    """One role assignment. `id` is Azure's, and `principal` an object id: names are Entra's, which is not asked."""

    id: str
    role: str
    principal: str
    scope: str
    when: str = ""

    def __str__(self) -> str:
        since = f", since {self.when[:10]}" if self.when else ""
        return f"{self.principal} is {self.role} on {self.scope}{since}"


def unknown(resources: Sequence[Mapping[str, Any]]) -> list[Assignment]:
    """Assignments on what the stack owns, and on nothing above it, that are not in its state. Raises FailureError."""
    scopes, known = list(_scopes(resources)), set(_known(resources))
    if not scopes:
        return []
    found = [_assignment(each) for each in _listed(scopes)]
    ours = [each for each in found if _below(each.scope, scopes) and each.id.lower() not in known]
    return sorted(ours, key=lambda each: (each.scope.lower(), each.role, each.principal))


def _scopes(resources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the id of each resource group of the stack, in lower case: the stack owns everything in it."""
    for resource in resources:
        if resource.get("type") == _GROUP and resource.get("id"):
            yield str(resource["id"]).lower()


def _known(resources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for resource in resources:
        if resource.get("type") == _TYPE and resource.get("id"):
            yield str(resource["id"]).lower()


def _listed(scopes: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield every assignment on a scope, in it and above it, page by page.

    A reader of the scope may ask that. `az role assignment list --all` asks for the whole subscription's, and its
    `--scope` shows none of those further down.
    """
    for scope in scopes:
        link = f"{scope}/{_ASSIGNMENTS}"
        while link:
            printed = Command("az", _REMEDY).run("rest", "--method", "get", "--url", link, "--only-show-errors")
            try:
                page = json.loads(printed)
                yield from page["value"]
            except (ValueError, KeyError, TypeError):
                raise FailureError(f"az rest {link}: answered no role assignments: {printed[:200]!r}") from None
            link = str(page.get("nextLink") or "")


def _assignment(facts: Mapping[str, Any]) -> Assignment:
    try:
        found = facts["properties"]
        role = str(found["roleDefinitionId"]).rpartition("/")[2]
        return Assignment(
            id=str(facts["id"]),
            role=ROLES.get(role.casefold(), f"role {role}"),
            principal=f"{found.get('principalType') or 'principal'} {found['principalId']}",
            scope=str(found["scope"]),
            when=str(found.get("createdOn") or ""),
        )
    except KeyError as error:
        raise FailureError(f"az rest: a role assignment without {error}: {facts}") from None


def _below(scope: str, owned: Sequence[str]) -> bool:
    """Return True where a scope is one of ours or inside it. Another owner decides what is inherited from above."""
    place = scope.lower().rstrip("/")
    return any(place == ours or place.startswith(f"{ours}/") for ours in owned)
