"""`slipway release`: write down what was built, and look at it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from delivery.app import AppOption, find_app
from delivery.failure import FailureError
from delivery.image.engine import absence, image_id
from delivery.image.records import Records
from delivery.model.location import parse_location
from delivery.model.store import open_store
from delivery.paths import WORK, short

from . import report
from .commands import register
from .deployment import live
from .record import Release
from .recording import read
from .recording import record as record_release
from .store import ReleaseStore

RELEASE = WORK / "release"
"""Default folder that `record` writes and `show` reads."""

app = typer.Typer(help="Record, list, show and deploy releases, and go back.", no_args_is_help=True)

Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="SLIPWAY_RELEASES",
        help="where releases are kept: a folder, az://account/container[/prefix], s3://bucket[/prefix]",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="JSON for machines")]


@app.command()
def record(
    image: Annotated[str, typer.Argument(help="tag, id or digest of an image that was pushed from here")] = "",
    to: Annotated[Path, typer.Option(help="the folder for release.json and its documents")] = RELEASE,
    store: Store = None,
    app_folder: AppOption = None,
    *,
    as_json: Json = False,
) -> None:
    """Write release.json for a pushed image, and keep it in the store where one is given."""
    image = image or find_app(app_folder).tag
    if reason := absence():
        raise FailureError(f"{reason}; this command asks the Docker engine which image {image} is")
    recorded = record_release(image_id(image), Records(), to, _open(store, create=True) if store else None)
    if as_json:
        report.say_json(recorded.release.to_json().decode())
        return
    done = "recorded" if recorded.created else "unchanged, recorded before as"
    report.say(f"{done} {recorded.release.id} in {short(to)}{f' and {store}' if store else ''}")
    report.say(recorded.release.image.reference)


@app.command(name="list")
def list_releases(
    store: Store = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help="how many of the newest to show")] = 20,
    as_json: Json = False,
) -> None:
    """Show releases, newest first, and where each is live."""
    opened = _required(store)
    ids = opened.ids()[::-1]
    releases = [release for name in ids[:limit] if (release := opened.find(name))]
    if as_json:
        report.say_json(json.dumps([_facts(release, _live(opened)) for release in releases], indent=2))
    else:
        report.say_releases(releases, _live(opened), older=max(0, len(ids) - limit))


@app.command()
def show(
    name: Annotated[
        str | None,
        typer.Argument(help="`latest`, a build id, the beginning of an id, a digest or a commit, or a path"),
    ] = None,
    store: Store = None,
    *,
    as_json: Json = False,
) -> None:
    """Show one release: of the store, or of a release.json; without a name the one recorded here last."""
    opened: ReleaseStore | None = None
    if name is None or Path(name).exists():
        release = read(Path(name) if name else RELEASE)
        opened = _open(store) if store else None
    else:
        opened = _required(store)
        release = opened.get(name)
    where = _live(opened) if opened else {}
    if as_json:
        report.say_json(json.dumps(_facts(release, where), indent=2))
    else:
        report.say_release(release, where)


def _facts(release: Release, where: dict[str, str]) -> dict[str, object]:
    environments = [environment for environment, name in where.items() if name == release.id]
    return {**release.model_dump(mode="json"), "live_in": environments}


def _live(store: ReleaseStore) -> dict[str, str]:
    """The release that is live in each environment."""
    found = {environment: live(store.history(environment)) for environment in store.environments()}
    return {environment: begun.release for environment, begun in found.items() if begun}


def _required(store: str | None) -> ReleaseStore:
    if store is None:
        raise typer.BadParameter("a store is needed: --store or SLIPWAY_RELEASES", param_hint="--store")
    return _open(store)


def _open(store: str, *, create: bool = False) -> ReleaseStore:
    return ReleaseStore(open_store(parse_location(store), create=create))


register(app)
