"""The change in plain words, for the top of every form. Nothing is said that the data does not carry."""

from collections.abc import Iterator, Sequence

from .facts import release, tells_release
from .kinds import called, holds, nodes, noun, plural
from .model import Change, Operation, Preview
from .risk import Finding, Rank

_MOST = 3
_ROOM = 160
"""Two lines of a terminal."""
_GONE = (Operation.DELETE, Operation.REPLACE)


def headline(preview: Preview, findings: Sequence[Finding]) -> tuple[str, tuple[str, ...]]:
    """Return at most two lines, `prod: node pool app is replaced`, and all clauses where some are left out."""
    stack = preview.stack or "stack"
    parts = tuple(dict.fromkeys(_parts(preview, findings)))
    whole = f"{stack}: {'; '.join(parts)}"
    if len(whole) <= _ROOM:
        return whole, ()
    kept: list[str] = []
    for part in parts:
        if len(f"{stack}: {'; '.join((*kept, part))}; and {len(parts)} more") > _ROOM:
            break
        kept.append(part)
    if not kept:
        return f"{whole[: _ROOM - 1]}…", parts
    return f"{stack}: {'; '.join(kept)}; and {len(parts) - len(kept)} more", parts


def _parts(preview: Preview, findings: Sequence[Finding]) -> list[str]:
    grave = [finding for finding in findings if finding.rank is not Rank.HARMLESS]
    facts, released = release(preview.changes)
    outputs = preview.outputs or ()
    if not grave and not released:
        quiet = [finding for finding in findings if finding.change.operation is not Operation.READ]
        if not quiet and not outputs:
            return ["nothing changes"]
        told = "; ".join(filter(None, (_quietly(quiet), _outputs(len(outputs)))))
        return ["nothing of consequence" + (f" ({told})" if told else "")]
    if len(findings) > _MOST and all(finding.change.old is None for finding in findings) and not _stays(preview):
        return [f"everything is new, {_kinds([finding.change for finding in findings])}", *facts]
    lost = [finding for finding in findings if finding.rank is Rank.LOSS]
    gone = [finding for finding in findings if finding.rank is Rank.REPLACE]
    parts = [*_roots(lost), *_security(findings), *_roots(gone), *_along([*lost, *gone])]
    parts += facts if released else []
    parts += _updates(findings, released=released)
    parts += _created(findings)
    parts += [fact for fact in facts if not released]
    return parts or ["nothing of consequence"]


def counts(preview: Preview) -> dict[str, int]:
    """Return the number of resources by operation, without components, which are nothing by themselves."""
    found: dict[str, int] = {}
    for change in preview.changes:
        if not change.state.component:
            found[change.operation.value] = found.get(change.operation.value, 0) + 1
    if preview.unlisted:
        found[Operation.SAME.value] = found.get(Operation.SAME.value, 0) + preview.unlisted
    return found


def tally(found: dict[str, int]) -> str:
    """The counts in words: `1 replaced, 2 updated, 40 unchanged`."""
    words = {
        "delete": "deleted",
        "replace": "replaced",
        "update": "updated",
        "create": "new",
        "import": "taken over",
        "read": "read",
        "refresh": "refreshed",
        "forget": "forgotten",
        "other": "other",
        "same": "unchanged",
    }
    return ", ".join(f"{found[key]} {text}" for key, text in words.items() if found.get(key)) or "no resources"


def _stays(preview: Preview) -> bool:
    """Return True where anything is there already."""
    return bool(preview.unlisted) or any(change.old is not None for change in preview.changes)


def _roots(gone: Sequence[Finding]) -> Iterator[str]:
    """Yield clauses about deletions and replacements that follow from no other."""
    roots = [finding for finding in gone if _is_root(finding)]
    for finding in roots[:_MOST]:
        yield from _one_gone(finding.change)
    if len(roots) > _MOST:
        yield f"{_kinds([finding.change for finding in roots[_MOST:]])} more {_ends(roots[_MOST:])}"


def _along(gone: Sequence[Finding]) -> Iterator[str]:
    """Yield a clause about replacements that follow from others."""
    along = [finding for finding in gone if not _is_root(finding)]
    if along:
        names = ", ".join(called(finding.change.state) for finding in along[:_MOST])
        rest = f" and {len(along) - _MOST} more" if len(along) > _MOST else ""
        yield f"with that, {names}{rest} {'is' if len(along) == 1 else 'are'} replaced"


def _is_root(finding: Finding) -> bool:
    return not finding.change.because or finding.change.operation not in _GONE


def _one_gone(change: Change) -> Iterator[str]:
    state = change.old or change.state
    end = "deleted" if change.operation is Operation.DELETE else "replaced"
    what = holds(state)
    kept = ", though it is protected: the engine refuses" if state.protected else ""
    yield f"{called(state)} is {end}{f', with {what}' if what else ''}{kept}"
    if state.type.endswith(":AgentPool") and (count := nodes(state)):
        yield f"{count} drain"


def _security(findings: Sequence[Finding]) -> Iterator[str]:
    told = [
        f"{called(finding.change.state)}: {effect.text}"
        for finding in findings
        for effect in finding.effects
        if effect.loosens and finding.rank is not Rank.HARMLESS
    ]
    yield from told[:_MOST]
    if len(told) > _MOST:
        yield f"{len(told) - _MOST} more for security"


def _updates(findings: Sequence[Finding], *, released: bool) -> Iterator[str]:
    updated = [finding for finding in findings if finding.rank is Rank.UPDATE]
    if released:
        updated = [finding for finding in updated if not _only_release(finding)]
    told = [finding for finding in updated if finding.change.operation is Operation.SAME]
    if len(told) > 2:
        # Nothing happens to these resources: only the engine is told something about them.
        protected = all("tightened: is protected" in finding.says for finding in told)
        yield f"{_kinds([finding.change for finding in told])} {'protected now' if protected else 'get other options'}"
        updated = [finding for finding in updated if finding not in told]
    if len(updated) > 2:
        yield f"{_kinds([finding.change for finding in updated])} updated"
        return
    for finding in updated:
        said = [*finding.says, *finding.details]
        more = f" and {len(said) - 2} more" if len(said) > 2 else ""
        yield f"{called(finding.change.state)}: {', '.join(said[:2])}{more}"


def _only_release(finding: Finding) -> bool:
    """Return True where a Deployment differs in what a release changes and in nothing else."""
    deployment = finding.change.state.type.endswith(":Deployment")
    return deployment and all(tells_release(found.path) for found in finding.change.differences)


def _created(findings: Sequence[Finding]) -> Iterator[str]:
    new = [finding.change for finding in findings if finding.rank is Rank.CREATE]
    if len(new) > 2:
        yield f"{_kinds(new)} new"
        return
    for change in new:
        yield f"{called(change.state)} is {'new' if change.operation is Operation.CREATE else 'taken over'}"


def _quietly(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    if len(findings) == 1:
        return f"{called(findings[0].change.state)}: {', '.join([*findings[0].says, *findings[0].details][:2])}"
    kinds = _kinds([finding.change for finding in findings])
    ignored = any(difference.ignored for finding in findings for difference in finding.change.differences)
    return f"words, tags, order or ignored changes of {kinds}" if ignored else f"words, tags or order of {kinds}"


def _outputs(count: int) -> str:
    return f"{count} output{'s' if count > 1 else ''} differ{'' if count > 1 else 's'}" if count else ""


def _kinds(changes: Sequence[Change]) -> str:
    """`3 resources`, or `3 ConfigMaps` where they are all of one kind."""
    nouns = {noun(change.state.type) for change in changes}
    return plural(nouns.pop() if len(nouns) == 1 else "resource", len(changes))


def _ends(findings: Sequence[Finding]) -> str:
    ends = {finding.change.operation for finding in findings}
    if ends == {Operation.DELETE}:
        return "deleted"
    return "replaced" if ends == {Operation.REPLACE} else "deleted or replaced"
