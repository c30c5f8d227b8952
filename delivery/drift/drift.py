"""Looking for drift: what a refreshed preview would change, and access that the state does not know."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from delivery.console import Steps
from delivery.preview import engine_json
from delivery.preview.report import Item, Report, report
from delivery.release.engine import Engine

from .assignments import Assignment, unknown

_KEPT = ("same", "read", "refresh")
UNREAD = (
    "**:PriorityClass::**",
    "**kubernetes:cert-manager.io/**",
    "**kubernetes:gateway.envoyproxy.io/**",
    "**kubernetes:gateway.networking.k8s.io/**",
    "**:Controllers$kubernetes:**",
    "**:RoleAssignment::*-drift-costs",
)
"""Resources that are not refreshed.

No built-in role short of the cluster's administrator reads classes, custom resources, and charts with their Secrets.
The right to read budgets is granted on the subscription, where drift reads no access; without it the budget's refresh
fails.
"""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """Drift of one stack. It is empty where cloud, state and code agree."""

    stack: str
    report: Report
    assignments: Sequence[Assignment] = field(default_factory=tuple)

    @property
    def items(self) -> list[Item]:
        """Resources that an `up` would change."""
        changed = [item for item in self.report.items if item.operation.value not in _KEPT]
        # The engine's own bookkeeping: which stacks are read depends on who asked last, and is no drift.
        return [item for item in changed if not item.type.startswith("pulumi:")]

    @property
    def found(self) -> bool:
        """Return True where anything differs."""
        return bool(self.items or self.assignments)

    @property
    def headline(self) -> str:
        """One sentence for a mail or a summary."""
        if not self.found:
            return f"{self.stack}: nothing differs from the code, and no access was granted beside it"
        return (
            f"{self.stack}: {_count(len(self.items), 'resource differs', 'resources differ')} from the code, "
            f"{_count(len(self.assignments), 'role assignment is', 'role assignments are')} not in the state"
        )


def look(engine: Engine, steps: Steps) -> Drift:
    """Ask the cloud through the engine, without writing to the state, and then who may do what. Raises FailureError."""
    with steps.step("Compare") as step:
        running = engine.outputs().get("release")
        unread = (part for pattern in UNREAD for part in ("--exclude", pattern))
        printed = engine.preview(running, "--refresh", "--expect-no-changes", *unread)
        shown = report(engine_json.parse(printed, "pulumi preview"), datetime.now(UTC).date())
        step.result = shown.headline
    with steps.step("Access") as step:
        found = unknown(engine.state().get("resources") or ())
        step.result = _count(len(found), "role assignment that", "role assignments that") + " the state does not know"
    return Drift(stack=engine.stack, report=shown, assignments=tuple(found))


def markdown(drift: Drift) -> str:
    """For a pipeline's summary: what differs, and what to do about it."""
    lines = [f"## Drift: {drift.headline}", ""]
    if drift.items:
        lines += ["Differs from the code:", ""]
        lines += [f"- `{item.name}` ({item.noun}): {'; '.join((*item.says, *item.details))}" for item in drift.items]
        lines += ["", "`pulumi up` makes it as the code says; to keep what is there, change the code.", ""]
    if drift.assignments:
        lines += ["Granted beside the code:", ""]
        lines += [f"- {assignment}" for assignment in drift.assignments]
        lines += ["", "`az role assignment delete --ids ID` takes one away:", ""]
        lines += [f"    az role assignment delete --ids {assignment.id}" for assignment in drift.assignments]
        lines += [""]
    return "\n".join(lines)


def _count(number: int, one: str, several: str) -> str:
    return f"{number or 'no'} {one if number == 1 else several}"
