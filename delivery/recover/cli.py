"""`slipway recover`."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from delivery.interrupts import StoppedError, raise_on_signals

app = typer.Typer(help="Mend the state after an interrupted `pulumi up`; delete nothing.")


@app.command()
def recover(
    stack: Annotated[str, typer.Option(help="the environment, as in Pulumi.<stack>.yaml")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Mend the state after an interrupted `pulumi up`: adopt what it was creating, and delete nothing.

    The next `pulumi up` goes on from there. A state that is still locked: `pulumi cancel --stack STACK` first, once
    its process is gone.
    """
    from delivery.console import Steps  # noqa: PLC0415  # costs what --help should not pay
    from delivery.release.engine import Engine  # noqa: PLC0415  # costs what --help should not pay
    from delivery.release.recovering import Plan, find_plan  # noqa: PLC0415  # costs what --help should not pay
    from delivery.release.recovering import recover as run  # noqa: PLC0415  # costs what --help should not pay

    def show(found: Plan) -> None:
        for one in found.pending:
            id_ = found.ids.get(one.urn, "")
            what = f"adopt {id_}" if id_ else ("not found" if one.creates else "read again")
            steps.say(escape(f"  {one}, interrupted while {one.operation}: {what}"))

    raise_on_signals()
    steps = Steps(Console())
    try:
        found = find_plan(Engine(stack))
        if not found.pending:
            steps.say(escape(f"\n{stack} has nothing to recover: pulumi up -s {stack}"))
            return
        show(found)
        if not yes:
            typer.confirm(f"Write this into {stack}'s state?", abort=True)
        run(Engine(stack), steps, found)
    except StoppedError as stopped:
        raise typer.Exit(stopped.exit_code) from None
    for one in found.doubled:
        steps.say(escape(f"  {one} has no name of its own: look in Azure DevOps that it is not there twice"))
    steps.say(escape(f"\nnext: pulumi up -s {stack}"))
