"""`slipway up`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from delivery.console import Steps
from delivery.failure import NotFoundError, UsageError
from delivery.interrupts import StoppedError, raise_on_signals
from delivery.paths import short

from .programs import Program, find_engine, install_engine, missing_engine, pinned, require_sdk

if TYPE_CHECKING:
    from .simulation import Simulation

app = typer.Typer()


@app.command()
def up(
    stack: Annotated[str, typer.Option(help="the environment, as in Pulumi.<stack>.yaml; without it, the first")] = "",
    release: Annotated[Path | None, typer.Option(help="JSON of the release to run; without it, what runs now")] = None,
    *,
    simulated: Annotated[bool, typer.Option("--simulated", help="on an Azure that this machine simulates")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="begin from nothing: forget every simulated stack")] = False,
    install: Annotated[
        bool, typer.Option("--install-engine", help="where no Pulumi is, fetch the pinned one and verify it")
    ] = False,
) -> None:
    """Preview an environment and bring it up: a real Pulumi engine, a simulated Azure.

    Exit codes: 10 protected, 11 policy.
    """
    if not simulated:
        raise UsageError("slipway up is for the simulated Azure: add --simulated; on Azure itself: pulumi up -s STACK")
    require_sdk()
    raise_on_signals()
    steps = Steps(Console())
    program = find_engine() or _install(steps, asked=install)
    from .simulation import Simulation  # noqa: PLC0415  # imports the SDK, half a second

    simulation = Simulation(program)
    try:
        _bring_up(steps, simulation, stack or simulation.project.first, release, reset=reset)
    except StoppedError as stopped:
        steps.say(f"\nstopped by {stopped}; the next run goes on from here, or from nothing with --reset")
        raise typer.Exit(stopped.exit_code) from None


def _bring_up(steps: Steps, simulation: "Simulation", stack: str, release: Path | None, *, reset: bool) -> None:
    from delivery.preview import releases  # noqa: PLC0415  # loaded where it is used

    from . import update  # noqa: PLC0415  # the report takes half a second to import
    from .simulated_engine import SimulatedEngine  # noqa: PLC0415  # as the line before

    wanted = releases.read(release) if release else None
    place = escape(short(simulation.folder))
    steps.say(
        f"[bold]Azure is simulated[/]: Pulumi is real, Pulumi.{escape(stack)}.yaml is yours, and everything that they "
        f"make is in {place}. No login, no cost.\n"
    )
    if reset:
        update.require_first(simulation, stack)
        simulation.reset()
        steps.say(f"forgotten: every stack in {place}")
    update.require_earlier(simulation, stack)
    with steps.step("Engine") as step:
        simulation.prepare(stack)
        engine = SimulatedEngine(stack, simulation)
        step.result = f"Pulumi {engine.version()}, {simulation.program.place}"
    judged = update.preview(steps, engine, simulation.folder / "preview" / stack, wanted)
    update.show_change(steps, judged)
    update.up(steps, engine, wanted)
    update.show_outputs(steps, engine)
    steps.say(
        f"\n[bold]Azure was simulated[/]: nothing of this exists outside of {place}. Change a line of "
        f"Pulumi.{escape(stack)}.yaml and run the command again, or begin from nothing with --reset. "
        f"On Azure it is: pulumi up -s {escape(stack)}"
    )


def has_person() -> bool:
    """Return True where a person at a terminal can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _install(steps: Steps, *, asked: bool) -> Program:
    """Install the pinned engine if that was asked for, or a person agrees. Raises NotFoundError otherwise."""
    tool = pinned()
    offer = f"Pulumi {tool.version} from {tool.address} into .slipway/tools"
    if not asked and has_person():
        asked = typer.confirm(f"No Pulumi engine: {missing_engine()}. Fetch {offer}, about 110 MB?")
    if not asked:
        raise NotFoundError(
            f"no Pulumi engine: {missing_engine()}; put one on PATH, or fetch {offer}; "
            "run: slipway up --simulated --install-engine"
        )
    with steps.step("Install") as step:
        step.status(f"fetching {tool.address}")
        program = install_engine(tool)
        step.result = f"Pulumi {tool.version}, verified by its checksum, {program.place}"
    return program
