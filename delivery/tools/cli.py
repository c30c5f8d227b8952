"""`slipway tools`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from delivery.paths import WORK

app = typer.Typer(help="Install the pinned programs of others that deploying needs.")

_CACHE = WORK / "archives"
_FOLDER = WORK / "tools"


@app.command()
def install(
    cache: Annotated[Path, typer.Option(help="folder of archives, kept from run to run")] = _CACHE,
    to: Annotated[Path, typer.Option(help="folder that they are unpacked into")] = _FOLDER,
) -> None:
    """Fetch, verify and unpack each tool of pipelines/tools.json. On an agent they come first on PATH from then on."""
    from .installing import announce, install  # noqa: PLC0415 - costs what --help should not pay
    from .pins import read_pins  # noqa: PLC0415 - loaded where it is used

    paths: list[Path] = []
    for tool in read_pins():
        path = install(tool, cache.resolve(), to.resolve())
        paths += [path] if path else []
        typer.echo(f"{tool.name} {tool.version} sha256:{tool.sha256[:12]}")
    if "TF_BUILD" in os.environ:
        for order in announce(paths, to.resolve()):
            typer.echo(order)
    else:
        typer.echo(f"export PATH={':'.join(map(str, paths))}:$PATH PULUMI_HOME={to.resolve() / 'home'}")


@app.command()
def pin(cache: Annotated[Path, typer.Option(help="folder of archives")] = _CACHE) -> None:
    """Write the checksum of each tool into pipelines/tools.json. Compare with the publishers' before you commit."""
    from .installing import kept, sha256_of  # noqa: PLC0415 - costs what --help should not pay
    from .pins import read_pins, write_pins  # noqa: PLC0415 - loaded where it is used

    tools = read_pins()
    sums = {tool.name: sha256_of(kept(tool, cache.resolve())) for tool in tools}
    write_pins(tools, sums)
    for tool in tools:
        said = "as before" if sums[tool.name] == tool.sha256 else "new"
        typer.echo(f"{tool.name} {tool.version} sha256:{sums[tool.name]} {said}: {tool.address}")
