"""Role assignments on our scopes that the state knows nothing of: access that was granted behind the code's back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from delivery.failure import FailureError
from delivery.release.command import Command

_REMEDY = "see https://learn.microsoft.com/cli/azure/install-azure-cli"
_TYPE = "azure-native:authorization:RoleAssignment"
_GROUP = "azure-native:resources:ResourceGroup"


@dataclass(frozen=True)
class Assignment:
    """Who may do what where. `id` is Azure's; `principal` as people know it, where Azure can tell."""

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
    found = [_assignment(each) for each in _listed(_subscriptions(scopes))]
    ours = [each for each in found if _below(each.scope, scopes) and each.id.lower() not in known]
    return sorted(ours, key=lambda each: (each.scope.lower(), each.role, each.principal))


def _scopes(resources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What the stack owns: its resource group, with everything in it."""
    for resource in resources:
        if resource.get("type") == _GROUP and resource.get("id"):
            yield str(resource["id"]).lower()


def _known(resources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for resource in resources:
        if resource.get("type") == _TYPE and resource.get("id"):
            yield str(resource["id"]).lower()


def _subscriptions(scopes: Sequence[str]) -> list[str]:
    return sorted({scope.split("/")[2] for scope in scopes if scope.startswith("/subscriptions/")})


def _listed(subscriptions: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Every assignment of each subscription, at whatever depth; `--scope` would show none of those further down."""
    for subscription in subscriptions:
        printed = Command("az", _REMEDY).run(
            *("role", "assignment", "list", "--all", "--subscription", subscription),
            *("--output", "json", "--only-show-errors"),
        )
        try:
            found = json.loads(printed)
        except ValueError:
            raise FailureError(f"az role assignment list: answered no JSON: {printed[:200]!r}") from None
        yield from found


def _assignment(facts: Mapping[str, Any]) -> Assignment:
    try:
        principal = str(facts.get("principalName") or facts["principalId"])
        return Assignment(
            id=str(facts["id"]),
            role=str(facts.get("roleDefinitionName") or facts["roleDefinitionId"]),
            principal=f"{facts.get('principalType') or 'somebody'} {principal}",
            scope=str(facts["scope"]),
            when=str(facts.get("createdOn") or ""),
        )
    except KeyError as error:
        raise FailureError(f"az role assignment list: an assignment without {error}: {facts}") from None


def _below(scope: str, owned: Sequence[str]) -> bool:
    """Whether a scope is one of ours or inside it; what is inherited from above is somebody else's decision."""
    place = scope.lower().rstrip("/")
    return any(place == ours or place.startswith(f"{ours}/") for ours in owned)
