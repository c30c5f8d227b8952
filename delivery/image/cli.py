"""`slipway image`: build the serving image, run it as in production, test that very image."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from delivery.app import AppOption, find_app
from delivery.console import Steps
from delivery.failure import FailureError
from delivery.interrupts import StoppedError, raise_on_signals
from delivery.paths import MODEL
from delivery.service.client import await_ready
from delivery.service.trial import keep, stop

from .build import Built, Request, build
from .container import Container
from .engine import absence
from .examples import read_examples
from .records import Records
from .trial import examine

app = typer.Typer(help="Build the serving image, run it as in production, test it.", no_args_is_help=True)

_BUILD_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")


def _build_id(text: str) -> str:
    if text and not _BUILD_ID.fullmatch(text):
        raise typer.BadParameter(f"found {text!r}, allowed are up to 63 letters, digits, '.', '_' and '-' between them")
    return text


Image = Annotated[str, typer.Argument(help="tag, id or digest of an image of the engine; else what build has made")]


@app.command(name="build")
def build_image(
    model: Annotated[Path, typer.Option(help="folder of a pulled model version")] = MODEL,
    tag: Annotated[str, typer.Option(help="what to call the image; without it, as its repository, :local")] = "",
    base_image: Annotated[
        str, typer.Option(envvar="BASE_IMAGE", help="base of the image; without it, the one that the Dockerfile pins")
    ] = "",
    build_id: Annotated[
        str, typer.Option(callback=_build_id, help="identity of this build, shown by /version and in release.json")
    ] = "",
    app_folder: AppOption = None,
    *,
    otlp: Annotated[bool, typer.Option("--otlp", help="put the exporter of OpenTelemetry spans in")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="run every step again")] = False,
) -> None:
    """Pack the app and a model version into one image."""
    served = find_app(app_folder)
    request = Request(app=served, model=model, tag=tag, base=base_image, build=build_id, otlp=otlp, fresh=fresh)
    with _containers() as steps, steps.step("Build") as step:
        built = build(request, step, lambda line: steps.say(escape(line)))
        step.result = f"{built.tag} from {request.base_image}"
    _show(steps, built)


@app.command()
def run(
    image: Image = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="where to serve; 0 is any free port")] = 0,
    app_folder: AppOption = None,
) -> None:
    """Run the image as in production until Ctrl-C."""
    served = find_app(app_folder)
    with _containers() as steps, Container(served, image or served.tag, port) as running:
        await_ready(running)
        keep(steps, running)
        stop(steps, running, read_examples(served, image or served.tag))


@app.command(name="test")
def try_image(image: Image = "", app_folder: AppOption = None) -> None:
    """Prove that very image by its examples, confined as in production and without a network.

    Only a proved image can be pushed.
    """
    served = find_app(app_folder)
    with _containers() as steps:
        record = examine(steps, served, image or served.tag, Records())
        steps.say(f"\n{record.image} passed; it may be pushed")


@app.command()
def push(
    registry: Annotated[
        str, typer.Option(envvar="REGISTRY", help="where to: host[:port]/repository, such as name.azurecr.io/scoring")
    ],
    image: Image = "",
    app_folder: AppOption = None,
) -> None:
    """Push a tested image: only what the registry lacks, its digest read back from there."""
    from .pushing import Push  # noqa: PLC0415  # what it needs costs half a second that --help should not wait for
    from .registry.client import Registry  # noqa: PLC0415  # loaded where it is used
    from .registry.place import parse_place  # noqa: PLC0415  # loaded where it is used

    place = parse_place(registry)
    with _containers() as steps:
        with steps.step("Push") as step:
            pushed = Push(image or find_app(app_folder).tag, Registry(place), Records()).run(step)
            sent = f"{pushed.sent / 1e6:.1f} MB sent" if pushed.sent else "nothing had to be sent"
            step.result = f"{sent}, {pushed.record.size / 1e6:.1f} MB there as {pushed.record.tag}"
        for note in pushed.notes:
            steps.say(f"[yellow]{escape(note)}[/]")
        steps.say(f"\n{pushed.record.reference}")


@contextmanager
def _containers() -> Iterator[Steps]:
    """Yield the steps of a command that runs containers. Raises FailureError where no engine answers.

    A stop by a signal is no failure: it has its own exit code.
    """
    if reason := absence():
        raise FailureError(f"{reason}; this command needs a Docker engine")
    raise_on_signals()
    try:
        yield Steps(Console())
    except StoppedError as stopped:
        raise typer.Exit(stopped.exit_code) from None


def _show(steps: Steps, built: Built) -> None:
    table = Table()
    table.add_column("layer")
    table.add_column("MB", justify="right")
    table.add_column("digest")
    for layer in built.layers:
        table.add_row(layer.name, f"{layer.size / 1e6:.1f}", layer.digest.removeprefix("sha256:")[:12])
    table.add_section()
    table.add_row("all", f"{built.size / 1e6:.1f}", "")
    steps.say(escape(f"\n{built.tag}  {built.id}"))
    steps.console.print(table)
