"""What was approved: the set of (resource, operation) pairs that a person saw, kept until it is applied."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from delivery.failure import FailureError, NotFoundError

from .model import Operation, Preview

_IDLE = (Operation.SAME, Operation.READ, Operation.REFRESH)


class ApprovedChange(BaseModel):
    """One resource and what happens to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    resource: str
    operation: Operation


class Approval(BaseModel):
    """The file that `--save-approval` writes and `--approved` reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["slipway.approval/1"] = "slipway.approval/1"
    project: str
    stack: str
    changes: tuple[ApprovedChange, ...]


def approval(preview: Preview) -> Approval:
    """The pairs of this preview, sorted. What stays as it is, and components, are no part of it."""
    pairs = sorted(_pairs(preview))
    changes = tuple(ApprovedChange(resource=key, operation=Operation(operation)) for key, operation in pairs)
    return Approval(project=preview.project, stack=preview.stack, changes=changes)


def write(path: Path, preview: Preview) -> None:
    """Write the approval of this preview."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(approval(preview).model_dump_json(indent=2) + "\n", encoding="utf-8")


def read(path: Path) -> Approval:
    """An approval from its file."""
    try:
        return Approval.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise NotFoundError(f"{path}: there is no approval; `--save-approval` writes one") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "document"
        raise FailureError(f"{path}: {where}: {first['msg']}; needed is an approval, slipway.approval/1") from None


def deviations(approved: Approval, preview: Preview) -> list[str]:
    """Where the preview is not what was approved, each in words."""
    if approved.stack != preview.stack:
        return [f"approved was stack {approved.stack}, not {preview.stack}"]
    before = {(change.resource, change.operation.value) for change in approved.changes}
    now = set(_pairs(preview))
    wanted = dict(before)
    found = []
    for key, operation in sorted(now - before):
        known = wanted.get(key)
        found.append(f"{key}: {operation}, approved was {known or 'no change'}")
    for key, operation in sorted(before - now):
        if key not in dict(now):
            found.append(f"{key}: no change, approved was {operation}")
    return found


def _pairs(preview: Preview) -> list[tuple[str, str]]:
    return [
        (change.key, change.operation.value)
        for change in preview.changes
        if change.operation not in _IDLE and not change.state.component
    ]
