"""Gates that stop a change. Each has an exit code of its own, which pipelines and people can tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from policy.judge import stopping
from policy.model import Violation

from .approval import Approval, find_deviations
from .kinds import called, holds_models
from .model import Operation, Preview
from .risk import Finding


class GateCode(IntEnum):
    """Exit codes of the gates; where several are shut, the first of these counts."""

    PROTECTED = 10
    POLICY = 11
    UNAPPROVED = 12


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate and what shuts it; open where there is nothing."""

    name: str
    code: int
    stop: str
    """Sentence that is shown when it is shut."""
    reasons: tuple[str, ...]

    @property
    def shut(self) -> bool:
        """Return True where it stops the change."""
        return bool(self.reasons)


def gates(
    preview: Preview, findings: Sequence[Finding], violations: Sequence[Violation], approved: Approval | None
) -> tuple[Gate, ...]:
    """Every gate that was asked for, in the order of their codes."""
    found = [_protected(preview, findings), _policy(violations)]
    if approved is not None:
        reasons = tuple(find_deviations(approved, preview))
        found.append(Gate("approval", GateCode.UNAPPROVED, "This is not what was approved.", reasons))
    return tuple(found)


def _protected(preview: Preview, findings: Sequence[Finding]) -> Gate:
    """Return the gate of what is protected now: who takes the protection away in one change may delete in the next.

    The model store needs no protection of its own to be kept: every later environment builds from it.
    """
    reasons = []
    for finding in findings:
        old, operation = finding.change.old, finding.change.operation
        if old is None or operation not in (Operation.DELETE, Operation.REPLACE):
            continue
        if old.protected:
            reasons.append(f"{called(old)} is protected and would be {operation}d")
        elif holds_models(old) and not (operation is Operation.DELETE and old.options.get("retainOnDelete")):
            users = ", ".join((preview.stack or "this environment", *preview.later))
            reasons.append(f"{called(old)} holds the models of {users} and would be {operation}d")
    stop = "Something protected, or the store of the models, would be deleted or replaced."
    return Gate("protected", GateCode.PROTECTED, stop, tuple(reasons))


def _policy(violations: Sequence[Violation]) -> Gate:
    broken = dict.fromkeys((found.rule, found.name) for found in stopping(violations))
    reasons = tuple(f"{rule}: {name}" for rule, name in broken)
    return Gate("policy", GateCode.POLICY, "A mandatory rule is broken.", reasons)
