"""Gravity of each change, and a person's words about it."""

from dataclasses import dataclass
from enum import IntEnum

from . import clauses
from .kinds import HOLDS_ORDER, holds
from .model import Change, Effect, Operation, Preview
from .security import find_effects
from .security.guards import words_only


class Rank(IntEnum):
    """The order in which a reviewer reads."""

    LOSS = 1
    SECURITY = 2
    REPLACE = 3
    UPDATE = 4
    CREATE = 5
    HARMLESS = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """One change, judged. `says` are clauses about the resource, gravest first; `details` are about properties."""

    change: Change
    rank: Rank
    says: tuple[str, ...]
    details: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()


_GUARDS = (
    "RoleAssignment",
    "FederatedIdentityCredential",
    "RoleBinding",
    "ClusterRoleBinding",
    "PipelineAuthorization",
    "SecurityRule",
    "NetworkPolicy",
)
"""Types that are nothing but access given or refused: what becomes of it counts, not that it is replaced."""


TAKEN_OVER = (":Registry", ":BuildDefinition", ":Project", ":Git")
"""Types whose ids, images or commits later environments take over."""


def judge(preview: Preview) -> list[Finding]:
    """Return everything that changes, gravest first. A resource that stays as it is has no finding."""
    renamed = clauses.lookalikes(preview.changes)
    judged = (_finding(change, renamed, preview.later) for change in preview.changes)
    return sorted((finding for finding in judged if finding is not None), key=_order)


def _finding(change: Change, renamed: dict[str, str], later: tuple[str, ...]) -> Finding | None:
    if change.state.component:
        return None
    found = tuple(find_effects(change))
    loosening = any(effect.loosens for effect in found)
    rank = _rank(change, loosening=loosening)
    if rank is None:
        return None
    users = later if gone(change) and change.state.type.endswith(TAKEN_OVER) else ()
    if users:
        rank = Rank.LOSS
    says, details = tuple(clauses.clauses(change, found, renamed, users)), tuple(clauses.details(change, found))
    return Finding(change, rank, says, details, found)


def _rank(change: Change, *, loosening: bool) -> Rank | None:
    match change.operation:
        case Operation.DELETE | Operation.REPLACE:
            return _gone(change, loosening=loosening)
        case Operation.CREATE | Operation.IMPORT:
            return Rank.SECURITY if loosening else Rank.CREATE
        case Operation.READ | Operation.FORGET | Operation.REFRESH:
            return Rank.HARMLESS
        case Operation.SAME if not change.differences:
            return Rank.HARMLESS if change.renamed_from else None
    if loosening:
        return Rank.SECURITY
    effective = [found for found in change.differences if not found.ignored]
    quiet = all(words_only(found, change.state.type) for found in effective)
    return Rank.HARMLESS if change.differences and quiet else Rank.UPDATE


def gone(change: Change) -> bool:
    """Return whether the resource, as it was, is no longer there."""
    return change.operation in (Operation.DELETE, Operation.REPLACE)


def _gone(change: Change, *, loosening: bool) -> Rank:
    old = change.old or change.state
    if change.operation is Operation.DELETE and old.options.get("retainOnDelete") and not old.protected:
        return Rank.UPDATE
    if holds(old):
        return Rank.LOSS
    guard = change.state.type.rpartition(":")[2] in _GUARDS or change.operation is Operation.DELETE
    return Rank.SECURITY if loosening and guard else Rank.REPLACE


def _order(finding: Finding) -> tuple[int, bool, bool, int, int, str]:
    change = finding.change
    state = change.old or change.state
    quick = (Operation.DELETE, Operation.REPLACE)
    return (
        finding.rank,
        finding.rank is Rank.LOSS and not state.protected,
        bool(change.because),
        HOLDS_ORDER.get(state.type, len(HOLDS_ORDER)),
        quick.index(change.operation) if change.operation in quick else len(quick),
        change.key,
    )
