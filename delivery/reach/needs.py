"""Needs of commands, held against the role assignments of the same program."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from delivery.preview.record import Recorded

from .condition import Request, allows
from .grants import Grant, grants
from .role_actions import covers
from .scopes import contains, resolve


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing that a command asks Azure for; `what` is it in words, and `cause` the resource or blob behind it."""

    identity: str
    command: str
    what: str
    request: Request
    scope: str
    cause: str
    data: bool = False

    def __str__(self) -> str:
        return f"{self.identity}: {self.command}: {self.request.action} on {self.scope} ({self.cause})"


def meets(grant: Grant, need: Need) -> bool:
    """Return whether one grant, its scope resolved, is enough for a need."""
    return (
        contains(grant.scope, need.scope)
        and covers(grant.role, need.request.action, data=need.data)
        and (not grant.condition or allows(grant.condition, need.request))
    )


def find_meeting(found: Recorded, wanted: Iterable[Need]) -> list[tuple[Need, Grant | None]]:
    """Return each need with the grant that meets it, None where none does; of several, the one that meets most."""
    held: dict[str, list[Grant]] = {}
    pairs: list[tuple[Need, list[Grant]]] = []
    for need in wanted:
        if need.identity not in held:
            held[need.identity] = [
                replace(one, scope=resolve(found, one.scope)) for one in grants(found, need.identity)
            ]
        pairs.append((need, [one for one in held[need.identity] if meets(one, need)]))
    counts = Counter((need.identity, grant) for need, meeting in pairs for grant in meeting)
    return [
        (need, max(meeting, key=lambda grant: counts[identity, grant], default=None))
        for need, meeting in pairs
        for identity in (need.identity,)
    ]


def unmet(found: Recorded, wanted: Iterable[Need]) -> list[Need]:
    """Return the needs that no role assignment of the program meets."""
    return [need for need, grant in find_meeting(found, wanted) if grant is None]
