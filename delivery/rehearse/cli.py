"""`slipway rehearse`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from delivery.app import AppOption, find_app
from delivery.console import Steps
from delivery.interrupts import StoppedError, raise_on_signals
from delivery.paths import WORK, short

app = typer.Typer()


@app.command()
def rehearse(  # noqa: PLR0913 - each is an option
    base_image: Annotated[
        str, typer.Option(envvar="BASE_IMAGE", help="base of the image; without it, the one that the Dockerfile pins")
    ] = "",
    registry: Annotated[
        str, typer.Option(envvar="REGISTRY", help="push to host[:port]/repository; without it, nothing is pushed")
    ] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="where to serve; 0 is any free port")] = 0,
    model: Annotated[
        Path | None,
        typer.Option(help="a publishable folder to release second, in place of the app's second sample"),
    ] = None,
    app_folder: AppOption = None,
    work: Annotated[Path, typer.Option(help="folder for what it makes: models, pulled versions, logs")] = WORK,
    *,
    image: Annotated[bool, typer.Option(help="pack an image where a Docker engine answers")] = True,
    up: Annotated[bool, typer.Option(help="bring the environments up where Pulumi's engine is")] = True,
    any_cluster: Annotated[
        bool, typer.Option(envvar="SLIPWAY_ANY_CLUSTER", help="use KUBECONFIG's cluster even on another machine")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="leave the service running until Ctrl-C")] = False,
) -> None:
    """Go the whole way with what this machine has: model, image, release, a second one under load, and back."""
    from delivery.image.registry.place import parse_place  # noqa: PLC0415  # loaded where it is used

    from .model import Places  # noqa: PLC0415  # loaded where it is used
    from .rehearsal import Rehearsal  # noqa: PLC0415  # what it needs costs half a second that --help should not wait for

    place = parse_place(registry) if registry else None
    raise_on_signals()
    steps = Steps(Console())
    steps.say(f"[bold]Slipway rehearsal[/]: from a published model to a release and back, in {escape(short(work))}\n")
    rehearsal = Rehearsal(
        steps=steps,
        app=find_app(app_folder),
        base=base_image,
        registry=place,
        port=port,
        image=image,
        up=up,
        any_cluster=any_cluster,
        keep=keep,
        model=model,
        places=Places(work.resolve()),
    )
    try:
        rehearsal.run()
    except StoppedError as stopped:
        steps.say(f"\nstopped by {stopped}; nothing is left running")
        raise typer.Exit(stopped.exit_code) from None
