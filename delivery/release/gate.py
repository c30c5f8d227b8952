"""Conditions of a deployment: the preview's gates are open, and the pipeline's identity may change it all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from delivery.failure import FailureError, NotFoundError
from delivery.preview import approval, engine_json, publish
from delivery.preview.approval import Approval
from delivery.preview.gates import GateCode
from delivery.preview.model import Change, Operation, Preview
from delivery.preview.report import Report, report

from .agreement import find_object
from .command import CommandError
from .engine import Engine, name_digest
from .record import Release

Rights = Literal["release", "environment"]
APPROVAL_FILE = "approval.json"

_UNAPPROVED = GateCode.UNAPPROVED
_IDLE = (Operation.SAME, Operation.READ, Operation.REFRESH)


class GateError(FailureError):
    """A gate is shut. Nothing was changed; the exit code says which gate."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Judged:
    """A preview and what is said of it."""

    preview: Preview
    report: Report

    @property
    def shut(self) -> Iterator[str]:
        """Each gate that is shut, with its reasons."""
        for gate in self.report.gates:
            if gate.shut:
                yield "\n".join([f"{gate.name}: {gate.stop}", *(f"  {reason}" for reason in gate.reasons)])


def require_cluster(engine: Engine) -> None:
    """Raise GateError where the cluster does not answer the identity that is logged in.

    The provider previews all the same: without the cluster it leaves out the dry run, and every gate would pass.
    """
    urn = find_object(engine.state())
    if not urn:
        return
    try:
        engine.read(urn)
    except CommandError as error:
        _, *words = str(error).splitlines()
        stack = engine.stack
        raise GateError(
            "\n".join(
                [
                    f"{stack}: the cluster does not answer; nothing was changed",
                    *words,
                    f"log in again and look: az login; slipway doctor --for deploy --stack {stack}",
                ]
            ),
            code=1,
        ) from None


def judge(printed: bytes, approved: Approval | None = None) -> Judged:
    """Return the engine's preview with its report."""
    preview = engine_json.parse(printed, "pulumi preview")
    return Judged(preview, report(preview, datetime.now(UTC).date(), approved))


def admit(judged: Judged, rights: Rights | None, group: str = "") -> str:
    """Return how much changes, in words. Raises GateError where a gate is shut, or where `rights` do not reach.

    `group` is the name of the environment's resource group.
    """
    if beyond := list(out_of_reach(judged.preview, rights, group)):
        raise GateError(
            "\n".join(
                [
                    f"this pipeline may change {_REACH[rights or 'environment']}, and the commit asks for more:",
                    *(f"  {one}" for one in beyond),
                    f"a person applies that first: pulumi up -s {judged.preview.stack}",
                ]
            ),
            code=1,
        )
    if shut := list(judged.shut):
        raise GateError("\n".join(["nothing was deployed:", *shut]), judged.report.exit_code)
    return judged.report.headline


_REACH = {
    "release": "the workload alone",
    "environment": "the resource group and the cluster, but neither its own rights nor what guards it",
}


def out_of_reach(preview: Preview, rights: Rights | None, group: str) -> Iterator[str]:
    """Yield what an identity with these rights cannot change; None for a person, who finds out by themselves."""
    if rights is None:
        return
    for change in preview.changes:
        if change.operation not in _IDLE and not _within(change, rights, group):
            yield f"{change.key}: {change.operation}"


def write(
    judged: Judged, folder: Path, release: Release, live: str, phases: Mapping[str, Judged] = MappingProxyType({})
) -> None:
    """Write the report in every form, and the approval that a person gives: of this release, over the live digest.

    `phases` are what comes first, by their names; each has a folder of its own.
    """
    publish.write(judged.report, folder)
    for name, phase in phases.items():
        publish.write(phase.report, folder / name.partition(" ")[0])
    meant = approval.ApprovedRelease(id=release.id, digest=release.image.digest, commit=release.commit)
    given = approval.approval(judged.preview, meant, live, {name: phase.preview for name, phase in phases.items()})
    approval.write(folder / APPROVAL_FILE, given)


def hold(approved: Approval, release: Release, live: str, phases: Sequence[str] = ()) -> None:
    """Raise GateError unless the approval is for this release over the digest that is live, by these phases.

    A release that is live already may be deployed again: a run that failed later than that is repeated.
    """
    reasons = list(_misfits(approved, release, live))
    if live != release.image.digest:
        reasons += _detours(approved, phases)
    if reasons:
        raise GateError(
            "\n".join(["nothing was deployed: approval: this is not what was approved", *reasons]), _UNAPPROVED
        )


def _misfits(approved: Approval, release: Release, live: str) -> Iterator[str]:
    meant = approved.release
    if meant is None:
        yield "  the approval names no release; slipway release preview writes one that does"
    elif (meant.id, meant.digest, meant.commit) != (release.id, release.image.digest, release.commit):
        yield f"  approved was release {meant.id} (commit {meant.commit[:12]}), not {release.id}"
    if live not in (approved.live, release.image.digest):
        yield f"  the stack runs {name_digest(live)}; it ran {name_digest(approved.live)} when this was approved"
        yield "  preview the release again, and approve that"


def _detours(approved: Approval, phases: Sequence[str]) -> Iterator[str]:
    seen = [phase.name for phase in approved.phases]
    if seen != list(phases):
        yield f"  approved was {_way(seen)}, not {_way(phases)}"


def _way(phases: Sequence[str]) -> str:
    return " and then ".join(phases) or "all at once"


def newest(place: Path) -> Path:
    """An approval file; of several attempts' in a folder, the last attempt's. Raises NotFoundError."""
    if place.is_file():
        return place
    found = sorted(place.rglob(APPROVAL_FILE), key=_natural)
    if not found:
        raise NotFoundError(f"{place}: holds no {APPROVAL_FILE}; slipway release preview --to {place} writes it")
    return found[-1]


def _natural(path: Path) -> list[tuple[int, str]]:
    """Attempt 10 comes after attempt 9."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", str(path))]


def _within(change: Change, rights: Rights, group: str) -> bool:
    from delivery.reach.limits import find_beyond  # noqa: PLC0415  # it imports Pulumi, which a preview does without

    states = [state for state in (change.old, change.new) if state is not None]
    if any(state.component or state.type.startswith("pulumi:") for state in states):
        return True
    return not any(find_beyond(rights, state.type, state.inputs, group) for state in states)
