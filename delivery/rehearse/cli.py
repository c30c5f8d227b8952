"""`python -m delivery rehearse`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from delivery.console import Steps
from delivery.interrupts import StoppedError, raise_on_signals
from delivery.paths import WORK, short

app = typer.Typer()


@app.command()
def rehearse(
    base_image: Annotated[
        str, typer.Option(envvar="BASE_IMAGE", help="base of the image; without it, the one that app/Dockerfile pins")
    ] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="where to serve; 0 is any free port")] = 0,
    work: Annotated[Path, typer.Option(help="folder for what it makes: models, the pulled version, a log")] = WORK,
    *,
    image: Annotated[bool, typer.Option(help="pack an image where a Docker engine answers")] = True,
    keep: Annotated[bool, typer.Option("--keep", help="leave the service running until Ctrl-C")] = False,
) -> None:
    """Go the whole way once: make, publish, pull and pack a model, serve it, classify pictures, stop."""
    from .model import Places  # noqa: PLC0415  # as below
    from .rehearsal import Rehearsal  # noqa: PLC0415  # what it needs costs half a second that --help should not wait for

    raise_on_signals()
    steps = Steps(Console())
    steps.say(f"[bold]Slipway rehearsal[/]: from a published model to a classified picture, in {escape(short(work))}\n")
    try:
        Rehearsal(steps=steps, base=base_image, port=port, image=image, keep=keep, places=Places(work.resolve())).run()
    except StoppedError as stopped:
        steps.say(f"\nstopped by {stopped}; nothing is left running")
        raise typer.Exit(stopped.exit_code) from None
