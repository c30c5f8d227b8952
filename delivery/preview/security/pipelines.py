"""Guards between a commit and an environment: checks, branch policies, authorisations, connections."""

from collections.abc import Iterator
from typing import Final

from delivery.preview.kinds import plural, word
from delivery.preview.model import Change, Effect, Json, Operation
from delivery.preview.paths import at
from delivery.preview.values import listed

_CHECKS: Final = {
    "CheckApproval": "nobody has to approve any more",
    "CheckBranchControl": "any branch may be deployed",
    "CheckExclusiveLock": "two releases may run at the same time",
    "CheckBusinessHours": "releases may run at any hour",
    "CheckRequiredTemplate": "any pipeline template may be used",
    "CheckRestApi": "no service is asked any more",
}


def pipelines(change: Change) -> Iterator[Effect]:
    """Guards of the pipelines removed, weakened or strengthened."""
    if not change.state.type.startswith("azuredevops:"):
        return
    last = change.state.type.rpartition(":")[2]
    if last in _CHECKS:
        yield from _check(change, last)
    elif last.startswith(("BranchPolicy", "RepositoryPolicy")):
        yield from _branch_policy(change)
    elif last == "PipelineAuthorization":
        yield from _authorization(change)
    elif last.startswith(("ServiceEndpoint", "Serviceendpoint")) and change.operation is Operation.CREATE:
        yield Effect("lets pipelines sign in elsewhere")
    elif (
        last == "VariableGroup" and at(change.new, "allowAccess") is True and at(change.old, "allowAccess") is not True
    ):
        yield Effect("every pipeline may read it", explains=("allowAccess",))


def _authorization(change: Change) -> Iterator[Effect]:
    what = word(at(change.new, "type"))
    if change.new is not None and at(change.new, "pipelineId") is None:
        if change.old is None or at(change.old, "pipelineId") is not None:
            yield Effect(f"lets every pipeline use the {what}", explains=("pipelineId",))
    elif change.operation is Operation.CREATE:
        yield Effect(f"lets a pipeline use the {what}")


def _check(change: Change, kind: str) -> Iterator[Effect]:
    if change.operation is Operation.DELETE:
        yield Effect(_CHECKS[kind])
        return
    if change.old is None:
        yield Effect("guards what it is attached to", loosens=False)
        return
    if kind == "CheckApproval":
        yield from _approval(change)
    elif kind == "CheckBranchControl":
        yield from _branches(change)


def _branches(change: Change) -> Iterator[Effect]:
    before, after = (_names(at(state, "allowedBranches")) for state in (change.old, change.new))
    new, gone = after - before, before - after
    explains = ("allowedBranches",)
    if not after and before:
        yield Effect(f"every branch may be deployed, not only {word(sorted(before))}", explains=explains)
    elif new and before:
        how = f"instead of {word(sorted(gone))}" if gone else "as well"
        yield Effect(f"{word(sorted(new))} may be deployed {how}", explains=explains)
    elif gone or new:
        yield Effect(f"only {word(sorted(after))} may be deployed", loosens=False, explains=explains)
    asked, now = (at(state, "verifyBranchProtection") is True for state in (change.old, change.new))
    if asked and not now:
        yield Effect("unprotected branches may be deployed", explains=("verifyBranchProtection",))


def _names(branches: Json) -> set[str]:
    return {name.strip() for name in str(branches or "").split(",")} - {""}


def _approval(change: Change) -> Iterator[Effect]:
    asked, now = (at(state, "requesterCanApprove") is True for state in (change.old, change.new))
    if asked != now:
        text = "whoever starts a release may approve it" if now else "whoever starts a release cannot approve it"
        yield Effect(text, loosens=now, explains=("requesterCanApprove",))
    before, after = at(change.old, "minimumRequiredApprovers"), at(change.new, "minimumRequiredApprovers")
    if before != after and isinstance(before or 0, int) and isinstance(after or 0, int):
        text = f"{word(after or 'all')} must approve, not {word(before or 'all')}"
        fewer = bool(after) and (not before or after < before)
        yield Effect(text, loosens=fewer, explains=("minimumRequiredApprovers",))
    known, approvers = listed(at(change.old, "approvers")), listed(at(change.new, "approvers"))
    added = [approver for approver in approvers if approver not in known]
    gone = [approver for approver in known if approver not in approvers]
    if added:
        how = f"instead of {word(gone)}" if gone else "as well"
        yield Effect(f"{word(added)} may approve {how}", explains=("approvers",))
    elif gone:
        yield Effect(f"{word(gone)} may no longer approve", loosens=False, explains=("approvers",))


def _branch_policy(change: Change) -> Iterator[Effect]:
    if change.operation is Operation.DELETE:
        yield Effect("no longer guards its branch")
        return
    if change.old is None:
        return
    for name, weak in (("enabled", "is switched off"), ("blocking", "no longer blocks")):
        was, now = (at(state, name) is not False for state in (change.old, change.new))
        if was != now:
            yield Effect(weak if was else f"{name} again", loosens=was, explains=(name,))
    before, after = at(change.old, "settings.reviewerCount"), at(change.new, "settings.reviewerCount")
    if isinstance(before, int | float) and isinstance(after, int | float) and before != after:
        yield Effect(
            f"asks for {plural('reviewer', int(after))}, not {word(before)}",
            loosens=after < before,
            explains=("settings.reviewerCount",),
        )
    if at(change.new, "settings.submitterCanVote") is True and at(change.old, "settings.submitterCanVote") is not True:
        yield Effect("an author may approve his own change", explains=("settings.submitterCanVote",))
