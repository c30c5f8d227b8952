"""What stops a change. Each gate has an exit code of its own, which pipelines and people can tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from policy.judge import stopping
from policy.model import Violation

from .approval import Approval, find_deviations
from .kinds import called
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
    """What it says when it is shut."""
    reasons: tuple[str, ...]

    @property
    def shut(self) -> bool:
        """Whether it stops the change."""
        return bool(self.reasons)


def gates(
    preview: Preview, findings: Sequence[Finding], violations: Sequence[Violation], approved: Approval | None
) -> tuple[Gate, ...]:
    """Every gate that was asked for, in the order of their codes."""
    found = [_protected(findings), _policy(violations)]
    if approved is not None:
        reasons = tuple(find_deviations(approved, preview))
        found.append(Gate("approval", GateCode.UNAPPROVED, "This is not what was approved.", reasons))
    return tuple(found)


def _protected(findings: Sequence[Finding]) -> Gate:
    """Judged by what is protected now: who takes the protection away in one change may delete in the next."""
    reasons = tuple(
        f"{called(finding.change.state)} is protected and would be {finding.change.operation}d"
        for finding in findings
        if finding.change.operation in (Operation.DELETE, Operation.REPLACE)
        and finding.change.old is not None
        and finding.change.old.protected
    )
    return Gate("protected", GateCode.PROTECTED, "Something protected would be deleted or replaced.", reasons)


def _policy(violations: Sequence[Violation]) -> Gate:
    broken = dict.fromkeys((found.rule, found.name) for found in stopping(violations))
    reasons = tuple(f"{rule}: {name}" for rule, name in broken)
    return Gate("policy", GateCode.POLICY, "A mandatory rule is broken.", reasons)
