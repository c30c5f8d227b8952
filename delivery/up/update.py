"""One update of a stack on the simulated Azure: its preview, judged, and then `pulumi up`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.markup import escape

from delivery.console import Steps
from delivery.failure import FailureError, NotFoundError, UsageError
from delivery.paths import short
from delivery.preview import publish
from delivery.preview.engine_json import parse
from delivery.preview.forms import terminal
from delivery.preview.model import Operation
from delivery.preview.report import Report, report
from delivery.preview.sentences import tally
from delivery.release.command import CommandError

from .refusals import translate
from .simulated_engine import SimulatedEngine, Tally
from .simulation import Simulation

_LOG_WIDTH = 160
_FIRST = (Operation.CREATE, Operation.READ)
"""Operations of a first `up`."""
_OUTPUTS = ("endpointUrl", "resourceGroupName", "clusterName", "registryLoginServer")
"""Outputs that a person looks for first, where a stack has them."""


class GateError(FailureError):
    """A gate of the preview is shut: nothing was changed."""

    def __init__(self, judged: Report) -> None:
        shut = "; ".join(gate.stop for gate in judged.gates if gate.shut)
        super().__init__(f"Pulumi.{judged.stack}.yaml: {shut} Nothing was changed.")
        self.code = judged.exit_code


def require_first(simulation: Simulation, stack: str) -> None:
    """Raise UsageError where nothing can begin with this stack."""
    if earlier := simulation.project.promotes_from(stack):
        raise UsageError(
            f"--reset: forgets every stack, and {stack} takes over from {earlier}; "
            f"run: slipway up --simulated --reset --stack {simulation.project.first}"
        )


def require_earlier(simulation: Simulation, stack: str) -> None:
    """Raise NotFoundError where the stack takes over from one that the simulated Azure does not have."""
    project = simulation.project
    if stack not in project.stacks:
        raise NotFoundError(f"Pulumi.{stack}.yaml: no such stack file; stacks here are {', '.join(project.stacks)}")
    earlier = project.promotes_from(stack)
    if earlier and not simulation.has(earlier):
        raise NotFoundError(
            f"{stack}: takes over from {earlier}, which the simulated Azure does not have; "
            f"run: slipway up --simulated --stack {earlier}"
        )


def preview(steps: Steps, engine: SimulatedEngine, folder: Path, release: Mapping[str, Any] | None = None) -> Report:
    """Ask the engine for the change, judge it and write its page. Raises FailureError where it cannot be made."""
    with steps.step("Preview") as step:
        try:
            told = engine.preview(release, "--show-sames")
        except CommandError as error:
            raise translate(error, engine.stack) from None
        judged = report(parse(told, "pulumi preview"), datetime.now(UTC).date())
        page = publish.write(judged, folder)
        step.result = judged.headline if _is_first(judged) else f"{engine.stack}: {tally(judged.counts)}"
    steps.say(f"    the page: {escape(short(page.resolve()))}")
    if judged.exit_code:
        raise GateError(judged)
    return judged


def show_change(steps: Steps, judged: Report) -> None:
    """Print a change in full, unless everything is new: then its headline is enough."""
    if _is_first(judged):
        return
    if not steps.console.is_terminal:
        steps.console.width = max(steps.console.width, _LOG_WIDTH)  # a log has no width of its own
    terminal.write(judged, steps.console)
    steps.say()


def _is_first(judged: Report) -> bool:
    return all(item.operation in _FIRST for item in judged.items)


def up(steps: Steps, engine: SimulatedEngine, release: Mapping[str, Any] | None = None) -> None:
    """Run `pulumi up`. Raises FailureError with the words of the service that refused."""
    with steps.step("Up") as step:
        counted = Tally()

        def read(line: str) -> None:
            step.status(f"{engine.stack}: {counted.read(line)} resources done")

        try:
            engine.apply(release, read)
        except CommandError as error:
            raise translate(error, engine.stack) from None
        step.result = f"{engine.stack}: {counted}"


def show_outputs(steps: Steps, engine: SimulatedEngine) -> None:
    """Print the outputs that a person looks for first."""
    outputs = engine.outputs()
    for name in _OUTPUTS:
        if outputs.get(name):
            steps.say(f"    {name:20} {escape(str(outputs[name]))}")
