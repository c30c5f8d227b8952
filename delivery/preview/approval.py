"""Approvals: the changes that a person saw, and the release that they are for, kept until they are applied."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from delivery.failure import FailureError, NotFoundError

from .model import Change, Operation, Preview

_IDLE = (Operation.SAME, Operation.READ, Operation.REFRESH)
_PROVIDER = "pulumi:providers:"
"""A provider's inputs name the identity that asks, and the one that deploys is another than the one that previews."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ApprovedChange(_Part):
    """One resource and what happens to it."""

    resource: str
    operation: Operation
    values: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    """SHA-256 of its inputs after the change; empty where it is deleted. Secrets and unknown values count as such."""


class ApprovedPhase(_Part):
    """One phase of a release that runs beside the live one first."""

    name: str
    """Its kind and share, such as canary 10%."""
    changes: tuple[ApprovedChange, ...]


class ApprovedRelease(_Part):
    """The release that the preview was of."""

    id: str
    digest: str
    commit: str


class Approval(_Part):
    """The file that `--save-approval` and `release preview` write, and that `--approved` reads."""

    format: Literal["slipway.approval/2"] = "slipway.approval/2"
    project: str
    stack: str
    release: ApprovedRelease | None = None
    """None where the preview was of no release."""
    live: str = ""
    """Digest of the image that the stack ran when it was previewed; empty where it ran none."""
    phases: tuple[ApprovedPhase, ...] = ()
    """Phases before `changes`, from the same state on; empty where the release takes all requests at once."""
    changes: tuple[ApprovedChange, ...]

    def of_phase(self, name: str) -> "Approval":
        """Return the approval of one phase."""
        [changes] = [phase.changes for phase in self.phases if phase.name == name]
        return self.model_copy(update={"changes": changes, "phases": ()})


def approval(
    preview: Preview,
    release: ApprovedRelease | None = None,
    live: str = "",
    phases: Mapping[str, Preview] = MappingProxyType({}),
) -> Approval:
    """Return the approval of this preview, and of those of its phases by their names.

    What stays as it is, and components, are no part of it.
    """
    return Approval(
        project=preview.project,
        stack=preview.stack,
        release=release,
        live=live,
        phases=tuple(ApprovedPhase(name=name, changes=tuple(_changes(one))) for name, one in phases.items()),
        changes=tuple(_changes(preview)),
    )


def write(path: Path, approved: Approval) -> None:
    """Write an approval."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(approved.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read(path: Path) -> Approval:
    """Return an approval from its file."""
    try:
        return Approval.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise NotFoundError(f"{path}: there is no approval; `--save-approval` writes one") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "document"
        raise FailureError(f"{path}: {where}: {first['msg']}; needed is an approval, slipway.approval/2") from None


def find_deviations(approved: Approval, preview: Preview) -> list[str]:
    """Return where the preview goes beyond what was approved, each in words.

    A change that was approved and is not in the preview has been applied already: it is no deviation.
    """
    if approved.stack != preview.stack:
        return [f"approved was stack {approved.stack}, not {preview.stack}"]
    known = {change.resource: change for change in approved.changes}
    found = []
    for change in _changes(preview):
        seen = known.get(change.resource)
        if seen is None or seen.operation != change.operation:
            found.append(
                f"{change.resource}: {change.operation}, approved was {seen.operation if seen else 'no change'}"
            )
        elif seen.values != change.values:
            found.append(f"{change.resource}: {change.operation} with other values than those that were approved")
    return found


def _changes(preview: Preview) -> Iterator[ApprovedChange]:
    for change in sorted(preview.changes, key=lambda change: change.key):
        if change.operation not in _IDLE and not change.state.component:
            yield ApprovedChange(resource=change.key, operation=change.operation, values=_fingerprint(change))


def _fingerprint(change: Change) -> str:
    if change.new is None or change.new.type.startswith(_PROVIDER):
        return ""
    text = json.dumps(change.new.inputs, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
