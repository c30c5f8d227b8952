"""Clauses about one change, in a person's words: short, each held by the data."""

from collections.abc import Iterable, Iterator, Sequence

from . import paths
from .facts import Released, between_releases, tells_release
from .kinds import called, holds, nodes
from .model import Change, Effect, Operation, Part, State
from .phrases import between

_MOST = 4


def clauses(
    change: Change, effects: Sequence[Effect], renamed: dict[str, str], users: Sequence[str] = ()
) -> Iterator[str]:
    """Clauses about the resource, without its name, gravest first."""
    yield from _operation(change)
    gone = change.operation in (Operation.DELETE, Operation.REPLACE)
    old = change.old or change.state
    if gone:
        if old.protected:
            yield "it is protected, so the engine refuses"
        if old.options.get("retainOnDelete") and change.operation is Operation.DELETE:
            yield "it is only forgotten: it stays where it is"
        elif what := holds(old):
            yield f"gone with it: {what}"
        if users:
            yield f"{', '.join(users)} {'takes' if len(users) == 1 else 'take'} it over"
        if old.type.endswith(":AgentPool") and (count := nodes(old)):
            yield f"{count} drain"
        if other := renamed.get(change.key):
            yield f"the new {other} has the same inputs: an alias would keep it"
    for effect in effects:
        yield effect.text if effect.loosens else f"tightened: {effect.text}"
    if change.operation in (Operation.UPDATE, Operation.SAME, Operation.REFRESH, Operation.OTHER):
        yield from _updated(change)


def details(change: Change, effects: Sequence[Effect]) -> Iterator[str]:
    """Clauses about the properties that differ, but for those that the other clauses tell already."""
    found = [item for item in change.differences if not (item.unknown and change.because)]
    if change.operation is Operation.REPLACE:
        found = [item for item in found if not item.replaces and not item.unknown]
    if _releases(change):
        found = [item for item in found if not tells_release(item.path)]
    told = {effect.text for effect in effects}
    found = [item for item in found if f"look at this: {between(item)}" not in told]
    tags = [item for item in found if item.path.split(".")[0] == "tags"]
    rest = [item for item in found if item not in tags]
    for item in rest[:_MOST]:
        yield between(item)
    if len(rest) > _MOST:
        yield f"and {len(rest) - _MOST} more"
    if tags:
        yield between(tags[0]) if len(tags) == 1 else f"{len(tags)} tags changed"


def lookalikes(changes: Iterable[Change]) -> dict[str, str]:
    """Deleted resources whose inputs a new one of the same type has: keys, and what the new one is called."""
    deleted, created = [], []
    for change in changes:
        if change.operation is Operation.DELETE and not change.state.component:
            deleted.append(change.state)
        elif change.operation is Operation.CREATE and not change.state.component:
            created.append(change.state)
    found: dict[str, str] = {}
    if not deleted:
        return found
    by_type: dict[str, list[State]] = {}
    for state in created:
        by_type.setdefault(state.type, []).append(state)
    for old in deleted:
        match = next((new for new in by_type.get(old.type, []) if new.inputs == old.inputs), None)
        if match is not None and old.inputs:
            found[old.key] = called(match)
    return found


def _operation(change: Change) -> Iterator[str]:
    match change.operation:
        case Operation.DELETE:
            yield "is deleted"
        case Operation.REPLACE:
            yield f"is replaced{_reason(change)}"
        case Operation.CREATE:
            yield "is new"
        case Operation.IMPORT:
            yield "is taken over from the cloud"
        case Operation.READ:
            yield "is read"
        case Operation.FORGET:
            yield "is forgotten"
        case Operation.REFRESH:
            yield "Azure has other values, which the state takes over"
        case Operation.OTHER:
            yield f"the engine says: {change.word}"
        case _ if change.renamed_from:
            yield f"was called {change.renamed_from.rpartition('::')[2]}; the alias keeps it"


def _reason(change: Change) -> str:
    own = [difference for difference in change.replacing if not change.because or not difference.unknown]
    if own:
        told = ", ".join(between(difference) for difference in own[:2])
        more = f" and {len(own) - 2} more" if len(own) > 2 else ""
        return f": {told}{more} cannot change in place"
    if change.because:
        names = [key.rpartition("::")[2] for key in change.because]
        return f" because {names[0]} is" if len(names) == 1 else f" because {', '.join(names[:3])} are"
    return ""


def _updated(change: Change) -> Iterator[str]:
    if change.because and change.operation is Operation.UPDATE:
        names = ", ".join(key.rpartition("::")[2] for key in change.because[:3])
        yield f"takes new values from {names}"
    if not change.differences and change.operation is Operation.UPDATE:
        yield "is updated; the source does not say in what"
    template = any(".template." in f".{item.path}" and item.part is Part.INPUT for item in change.differences)
    if template and change.state.type.endswith((":Deployment", ":StatefulSet", ":DaemonSet")):
        stops = paths.find(change.state.inputs, ("spec", "strategy", "type")) == "Recreate"
        yield "all pods stop before new ones start" if stops else "its pods are replaced"
    if _releases(change):
        assert change.old is not None
        assert change.new is not None
        yield from between_releases(Released.of(change.old), Released.of(change.new))[0]


def _releases(change: Change) -> bool:
    """Return True where a Deployment's own annotations show what of a release changes."""
    if change.old is None or change.new is None or not change.state.type.endswith(":Deployment"):
        return False
    old, new = Released.of(change.old), Released.of(change.new)
    return bool(new.commit and new.model) and old != new
