"""`python -m delivery preview`: see in a minute what a change does, with or without credentials."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from delivery.failure import FailureError, UsageError
from delivery.paths import ROOT, short

app = typer.Typer(help="See what a change does before it is applied.", no_args_is_help=True)


@app.command(name="render")
def render_stack(
    stack: Annotated[str, typer.Option(help="the environment, as in Pulumi.<stack>.yaml")],
    out: Annotated[Path, typer.Option(help="folder for resources.json and k8s/*.yaml")],
    release: Annotated[Path | None, typer.Option(help="JSON of the release to show as deployed")] = None,
    *,
    unreleased: Annotated[bool, typer.Option("--unreleased", help="as before the first release: no workload")] = False,
) -> None:
    """Write everything that a stack declares, without credentials, network or an engine."""
    # Loading Pulumi's SDK costs half a second, and not every installation of this command line has it.
    try:
        from . import releases, render  # noqa: PLC0415 - as said
    except ModuleNotFoundError as missing:
        raise FailureError(
            f"{missing.name} is not installed here: pip install -r requirements.txt (or make test-infra) brings it"
        ) from missing
    if release and unreleased:
        raise UsageError("--release and --unreleased exclude each other")
    deployed = releases.read(release) if release else None if unreleased else releases.STAND_IN
    recorded = render.render(ROOT, stack, deployed)
    render.write(recorded, out, name=render.name(ROOT), stack=stack)
    Console().print(
        f"{len(recorded.resources)} resources of {stack} rendered into {short(out.resolve())}", highlight=False
    )
