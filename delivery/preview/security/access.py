"""Rights: roles given, widened or moved, identities that others may take, RBAC of the cluster."""

from collections.abc import Iterator
from typing import Final

from delivery.preview.kinds import ROLES, word
from delivery.preview.model import Change, Effect, Json, Operation
from delivery.preview.paths import at
from delivery.preview.values import is_unknown, listed, references

_WIDEST: Final = ("Owner", "User Access Administrator", "Role Based Access Control Administrator", "Contributor")
_STRENGTH: Final = ("Admin", "Owner", "Contributor", "Writer", "Push", "Operator", "User", "Pull", "Reader")


def access(change: Change) -> Iterator[Effect]:
    """Access given, widened, moved or taken."""
    last = change.state.type.rpartition(":")[2]
    if change.state.type == "azure-native:authorization:RoleAssignment":
        yield from _assignment(change)
    elif last == "FederatedIdentityCredential":
        yield from _federation(change)
    elif last in ("RoleBinding", "ClusterRoleBinding", "Role", "ClusterRole") and ":rbac" in change.state.type:
        yield from _cluster_rbac(change, last)
    elif last.endswith("Permissions") and change.state.type.startswith("azuredevops:"):
        yield from _permissions(change)


def role_name(value: Json) -> str:
    """The name of a role, or the last part of its id."""
    if not isinstance(value, str):
        return "a role"
    if is_unknown(value) and not value.rpartition("/")[2]:
        return "a role known after apply"
    identifier = value.rpartition("/")[2].casefold()
    return ROLES.get(identifier, f"role {value.rpartition('/')[2]}")


def _assignment(change: Change) -> Iterator[Effect]:
    old, new = change.old, change.new
    role, scope = role_name(at(new, "roleDefinitionId")), at(new, "scope")
    if change.operation in (Operation.CREATE, Operation.IMPORT):
        yield Effect(f"gives {role} on {_scope(scope)}")
        return
    if new is None:
        yield Effect(f"takes {role_name(at(old, 'roleDefinitionId'))} away", loosens=False)
        return
    before = role_name(at(old, "roleDefinitionId"))
    if before != role:
        yield Effect(
            f"gives {role} instead of {before}",
            loosens=_strength(role) <= _strength(before),
            explains=("roleDefinitionId",),
        )
    former = at(old, "scope")
    same = str(scope).casefold() == str(former).casefold()
    if isinstance(scope, str) and isinstance(former, str) and not same and _real_change(former, scope):
        wider = former.casefold().startswith(scope.casefold().rstrip("/") + "/")
        narrower = scope.casefold().startswith(former.casefold().rstrip("/") + "/")
        verb = "is widened from" if wider else "is narrowed from" if narrower else "moves from"
        yield Effect(f"{role} {verb} {_scope(former)} to {_scope(scope)}", loosens=not narrower, explains=("scope",))
    if _real_change(at(old, "principalId"), at(new, "principalId")):
        yield Effect(f"gives {role} to another principal", explains=("principalId",))
    if at(old, "condition") and not at(new, "condition"):
        yield Effect(f"{role} loses its condition", explains=("condition", "conditionVersion"))


def _strength(role: str) -> int:
    """Small is strong. The order is by the role's last telling word; roles over everything come first."""
    if role in _WIDEST:
        return _WIDEST.index(role)
    for position, telling in enumerate(_STRENGTH):
        if telling in role:
            return len(_WIDEST) + position
    return len(_WIDEST)  # not known to be weaker than what it replaces


def _scope(scope: Json) -> str:
    if not isinstance(scope, str):
        return "a scope"
    if scope.startswith("${") and scope.count("${") == 1:
        return (
            f"{references(scope)[0][0]}{scope.partition('}')[2]}" if references(scope) else "a scope known after apply"
        )
    parts = scope.strip("/").split("/")
    if len(parts) == 2 and parts[0].casefold() == "subscriptions":
        return "the whole subscription"
    if len(parts) == 4 and parts[2].casefold() == "resourcegroups":
        return f"resource group {parts[3]}"
    return parts[-1]


def _federation(change: Change) -> Iterator[Effect]:
    subject = at(change.new, "subject")
    identity = at(change.new, "resourceName") or "its identity"
    if change.operation is Operation.CREATE:
        yield Effect(f"lets {word(subject)} act as {word(identity)}")
    elif change.new is not None:
        for name in ("subject", "issuer", "audiences"):
            before, after = at(change.old, name), at(change.new, name)
            if _real_change(before, after):
                yield Effect(f"{name} is {word(after)}, not {word(before)}", explains=(name,))


def _cluster_rbac(change: Change, kind: str) -> Iterator[Effect]:
    if change.new is None:
        yield Effect("is taken away", loosens=False)
        return
    if kind.endswith("Binding"):
        role = at(change.new, "roleRef.name")
        if change.operation is Operation.CREATE:
            yield Effect(f"gives {word(role)} in the cluster")
        elif at(change.old, "roleRef") != at(change.new, "roleRef"):
            yield Effect(f"gives {word(role)} instead of {word(at(change.old, 'roleRef.name'))}", explains=("roleRef",))
        former = listed(at(change.old, "subjects"))
        for subject in listed(at(change.new, "subjects")):
            if change.old is not None and subject not in former and isinstance(subject, dict):
                named = f"{subject.get('kind', 'subject')} {subject.get('name', '')}".rstrip()
                yield Effect(f"gives {word(role)} to {named}", explains=("subjects",))
        return
    added = [rule for rule in listed(at(change.new, "rules")) if rule not in listed(at(change.old, "rules"))]
    if added and change.old is not None:
        yield Effect("allows more or other things", explains=("rules",))
    elif any("*" in listed(rule.get("verbs")) for rule in added if isinstance(rule, dict)):
        yield Effect("allows every verb")


def _permissions(change: Change) -> Iterator[Effect]:
    before, after = at(change.old, "permissions") or {}, at(change.new, "permissions") or {}
    if not isinstance(before, dict) or not isinstance(after, dict):
        return
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name, "NotSet"), after.get(name, "NotSet")
        if was != now:
            yield Effect(
                f"{name} is {word(now)}, not {word(was)}",
                loosens=str(now).casefold() != "deny",
                explains=(f"permissions.{name}",),
            )


def _real_change(before: Json, after: Json) -> bool:
    """Not where an engine only cannot tell yet: an unknown may well turn out to be what it was."""
    return before is not None and before != after and not (is_unknown(after) and not is_unknown(before))
