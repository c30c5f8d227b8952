"""`slipway model sample`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from .catalogue import SAMPLES


def sample(
    name: Annotated[str, typer.Argument(help=", ".join(SAMPLES), metavar="NAME")],
    to: Annotated[Path, typer.Option(help="folder to write model.onnx, labels.txt and model.json into")],
) -> None:
    """Build a real model from the weights of an installed package, ready to publish."""
    from .build import build_sample  # noqa: PLC0415 - onnx costs 0.3 s that no other command should wait for

    if name not in SAMPLES:
        raise typer.BadParameter(f"found {name}, allowed are {', '.join(SAMPLES)}")
    with Console(stderr=True).status(f"building {name}"):
        built = build_sample(SAMPLES[name])
    built.write(to)
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"{to}: {built.description.title}, {len(built.model):,} bytes, sha256 {built.sha256}")
    console.print(f"on photos that no calibration saw: {built.accuracy}")
    console.print(f"on photos that calibration uses:   {built.familiar}")
