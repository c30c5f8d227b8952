"""`slipway mirror`."""

from pathlib import Path
from typing import Annotated

import typer

from delivery.paths import ROOT

app = typer.Typer(help="Follow a Git server whose YAML Azure Pipelines does not read.")


@app.command()
def mirror(
    source: Annotated[str, typer.Option(envvar="SLIPWAY_SOURCE", help="URL of the server to follow")] = "",
    branch: Annotated[str, typer.Option(help="the branch that is built and released")] = "main",
    target: Annotated[str, typer.Option(help="the checkout's remote that the pipelines build")] = "origin",
    folder: Annotated[Path, typer.Option(help="the checkout")] = ROOT,
) -> None:
    """Push what is new on another Git server to the repository that the pipelines build. Only ever forward."""
    from .mirror import Mirror  # noqa: PLC0415 - costs what --help should not pay

    typer.echo(Mirror(source=source, branch=branch, target=target, folder=folder).run())
