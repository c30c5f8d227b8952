"""`slipway model watch`."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from delivery.failure import FailureError, NotFoundError, UsageError

from .location import parse_location
from .report import say_json, version_facts
from .repository import Repository
from .store import open_store

BUILD_PIPELINE = "slipway-build"


def watch(  # noqa: PLR0913 - each is an option
    store: Annotated[str, typer.Option("--store", envvar="SLIPWAY_RELEASES", help="where releases are kept")],
    repository: Annotated[
        str, typer.Option("--repository", envvar="SLIPWAY_MODELS", help="the model repository, unless --live is given")
    ] = "",
    model: Annotated[str, typer.Option("--model", envvar="SLIPWAY_MODEL", help="the model's name")] = "",
    live: Annotated[
        Path | None, typer.Option(help="what `model show --json` printed, instead of the repository")
    ] = None,
    environment: Annotated[str, typer.Option(help="compare with what is live there; else with the last release")] = "",
    *,
    queue: Annotated[bool, typer.Option("--queue", help="ask Azure DevOps for the build")] = False,
    pipeline: Annotated[str, typer.Option(help="the build's name in Azure DevOps")] = BUILD_PIPELINE,
    branch: Annotated[str, typer.Option(help="the branch that the commit is on")] = "main",
    organization: Annotated[str, typer.Option(envvar="SYSTEM_COLLECTIONURI", help="else az's own default")] = "",
    project: Annotated[str, typer.Option(envvar="SYSTEM_TEAMPROJECT", help="else az's own default")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON for machines")] = False,
) -> None:
    """See whether a model is live that no release holds yet; with --queue, have the released code built with it."""
    from delivery.release.store import ReleaseStore  # noqa: PLC0415 - costs what other commands should not pay

    from .watch import Found, LiveModel, Watch  # noqa: PLC0415 - loaded where it is used
    from .watch import queue as ask  # noqa: PLC0415 - loaded where it is used

    seen = LiveModel.of(_read(live) if live else _show(repository, model))
    watching = Watch(ReleaseStore(open_store(parse_location(store), create=True)), environment)
    look = watching.look(seen)
    run = ""
    if queue and look.found is Found.NEW and look.release:
        run = ask(look.release, pipeline=pipeline, branch=branch, organization=organization, project=project)
        watching.remember(look, run)
    if as_json:
        release = look.release.id if look.release else None
        say_json({"found": look.found, "model": vars(look.model), "release": release, "run": run or look.run or None})
    else:
        typer.echo(f"{look}{f'; its build is run {run}' if run else ''}")


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFoundError(f"{file}: no such file") from None
    except ValueError as error:
        raise FailureError(f"{file}: not JSON: {error}") from None
    if not isinstance(found, dict):
        raise FailureError(f"{file}: found {type(found).__name__}, allowed: what `model show --json` prints")
    return found


def _show(repository: str, model: str) -> dict[str, Any]:
    if not repository:
        raise UsageError("--repository (SLIPWAY_MODELS) or --live is needed: where the live model is looked up")
    opened = Repository(open_store(parse_location(repository)))
    names = [model] if model else opened.names()
    if len(names) != 1:
        raise UsageError(f"{repository}: --model is needed: it holds {', '.join(names) or 'nothing'}")
    return version_facts(opened.live_manifest(names[0]), opened.find_pointer(names[0]))
