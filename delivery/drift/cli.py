"""`slipway drift`."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from delivery.console import Steps
from delivery.failure import ExitCode
from delivery.interrupts import StoppedError, raise_on_signals

app = typer.Typer(help="Report what differs from the code; change nothing.")


@app.command()
def drift(
    stack: Annotated[str, typer.Option(help="the environment, as in Pulumi.<stack>.yaml")],
    to: Annotated[
        Path | None, typer.Option(help="file for the findings, as Markdown; in a build also its summary")
    ] = None,
) -> None:
    """Report what differs from the code, and access that was granted beside it. Changes nothing.

    Exit codes: 0 nothing differs, 8 something does, 1 it could not be found out.
    """
    from delivery.release.engine import Engine  # noqa: PLC0415 - costs what --help should not pay

    from .drift import look, markdown  # noqa: PLC0415 - loaded where it is used

    raise_on_signals()
    steps = Steps(Console())
    try:
        found = look(Engine(stack), steps)
    except StoppedError as stopped:
        raise typer.Exit(stopped.exit_code) from None
    if to:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(markdown(found), encoding="utf-8")
        if "TF_BUILD" in os.environ:
            typer.echo(f"##vso[task.uploadsummary]{to.resolve()}")  # an order to Azure's agent
    for item in found.items:
        steps.say(escape(f"  {item.operation} {item.noun} {item.name}: {'; '.join((*item.says, *item.details))}"))
    for assignment in found.assignments:
        steps.say(escape(f"  {assignment}"))
    steps.say(f"\n{escape(found.headline)}")
    if found.found:
        raise typer.Exit(ExitCode.DRIFTED)
