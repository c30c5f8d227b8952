"""`slipway model`: the commands of the model repository."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from delivery.app import App, AppOption, find_app
from delivery.failure import ExitCode, FailureError, NotFoundError, UsageError
from delivery.service.running import address

from . import report
from .cache import Cache
from .location import parse_location
from .publishing import find_published
from .publishing import publish as publish_candidate
from .pulling import pull
from .repository import Repository
from .store import open_store
from .watching import watch

app = typer.Typer(help="Publish, list, pull, promote and roll back model versions.", no_args_is_help=True)
app.command()(watch)


def _version(text: str | None) -> str | None:
    if text is not None and not (text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= 9):
        raise typer.BadParameter(f"found {text}, allowed is a positive number of at most 9 digits")
    return text


RepositoryUrl = Annotated[
    str,
    typer.Option(
        "--repository",
        envvar="SLIPWAY_MODELS",
        help="file:///folder or a path, az://account/container[/prefix], s3://bucket[/prefix]",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", envvar="SLIPWAY_MODEL", help="the model's name; needed where the repository holds several"),
]
Json = Annotated[bool, typer.Option("--json", help="JSON for machines")]
VersionArgument = Annotated[str, typer.Argument(callback=_version, help="the number of a published version")]
MaybeVersion = Annotated[str | None, typer.Argument(callback=_version, help="a version; without it, the live one")]


@app.command()
def publish(
    folder: Annotated[Path, typer.Argument(help="holds the model's files, model.yaml or model.json, and examples/")],
    repository: RepositoryUrl,
    app_folder: AppOption = None,
    *,
    promote: Annotated[bool, typer.Option(help="make it live at once")] = True,
    as_json: Json = False,
) -> None:
    """Check a model, ask it its examples, and publish it as the next version."""
    from . import proof  # noqa: PLC0415 - loaded where it is used
    from .folder import checked  # noqa: PLC0415 - loaded where it is used

    served = find_app(app_folder)
    with Console(stderr=True).status("publishing"), checked(folder, served) as candidate:
        opened = Repository(open_store(parse_location(repository), create=True))
        if find_published(opened, candidate) is None:
            proof.prove(candidate, folder, served)
        publication = publish_candidate(opened, candidate, promote=promote)
    if as_json:
        report.say_json(report.publication_facts(publication))
    else:
        report.say_publication(publication)


@app.command()
def init(
    file: Annotated[Path, typer.Argument(help="a file that a training run left")],
    to: Annotated[Path | None, typer.Option(help="the folder to make; without it, one of the file's name")] = None,
    app_folder: AppOption = None,
) -> None:
    """Begin a publishable folder: what the file says of itself, and marked guesses of what it cannot say."""
    served = find_app(app_folder)
    line = _helped(served, served.contract.authors.begin, "begin", "init")
    main = served.contract.model.file if served.contract.model else ""
    folder = to or (file.parent if file.name == main else Path(file.stem))
    said = served.run(line, {"file": str(file.absolute()), "folder": str(folder.absolute())})
    report.say_text(_as_typed(said, folder))


@app.command(name="try")
def try_folder(
    folder: Annotated[Path, typer.Argument(help="a publishable folder")],
    files: Annotated[list[Path] | None, typer.Argument(help="files to show the app, such as pictures")] = None,
    app_folder: AppOption = None,
    *,
    write_examples: Annotated[
        bool, typer.Option("--write-examples", help="write an example for each file, to be read by you")
    ] = False,
) -> None:
    """Check a folder, show what its model makes of files, and ask it its examples. Publishes nothing."""
    from . import proof  # noqa: PLC0415 - loaded where it is used
    from .folder import checked  # noqa: PLC0415 - loaded where it is used

    served = find_app(app_folder)
    line = _helped(served, served.contract.authors.predict, "predict", "try with files") if files else ""
    _check_files(files or [])
    more = [*(["--write-examples", str(folder.absolute())] if write_examples else []), *_absolute(files or [])]
    wrong = ""
    with checked(folder, served) as candidate, proof.serving(candidate, served) as running:
        if line:
            try:
                report.say_text(_as_typed(served.run(line, {"url": address(running)}, more), folder))
            except FailureError as error:
                wrong = str(error)
                report.say_text(wrong)
        outcomes = proof.ask_examples(running, candidate.examples) if candidate.examples else []
        report.say_lines(outcomes)
    report.say_tried(folder, outcomes)
    if wrong or any(one.faults for one in outcomes):
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def sample(
    name: Annotated[str, typer.Argument(help="one of the samples of the app's contract", metavar="NAME")],
    to: Annotated[Path, typer.Option(help="folder to make publishable")],
    app_folder: AppOption = None,
) -> None:
    """Write a sample model of the app's, ready to publish."""
    served = find_app(app_folder)
    samples = served.contract.authors.samples
    if name not in samples:
        raise typer.BadParameter(
            f"found {name}, allowed are {', '.join(samples) or 'none: the contract has no samples'}"
        )
    with Console(stderr=True).status(f"making {name}"):
        said = served.run(samples[name], {"folder": str(to.absolute())})
    report.say_text(_as_typed(said, to))


def _as_typed(text: str, folder: Path) -> str:
    """Return the text with the folder as the user named it: the app's command got its absolute path."""
    return text.replace(str(folder.absolute()), str(folder))


def _helped(served: App, line: str | None, key: str, command: str) -> str:
    if line is None:
        raise UsageError(
            f"{served.file}: has no authors.{key}, so there is no `slipway model {command}` for its models"
        )
    return line


def _check_files(files: list[Path]) -> None:
    """Raise UsageError with every file that is not there."""
    if missing := [str(file) for file in files if not file.is_file()]:
        raise UsageError("\n".join(f"{name}: no such file" for name in missing))


def _absolute(files: list[Path]) -> list[str]:
    """The files for a command that runs in another folder."""
    return [str(file.absolute()) for file in files]


@app.command(name="list")
def list_versions(
    repository: RepositoryUrl,
    model: ModelOption = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help="how many of the newest to show")] = 20,
    as_json: Json = False,
) -> None:
    """Show the versions of a model, newest first."""
    opened, name = _open(repository, model)
    pointer = opened.find_pointer(name)
    numbers = opened.numbers(name)[::-1]
    entries = [opened.entry(name, str(number)) for number in numbers[:limit]]
    if as_json:
        report.say_json([report.entry_facts(entry, pointer) for entry in entries])
    else:
        report.say_versions(name, entries, pointer, older=len(numbers) - len(entries))


@app.command()
def show(
    repository: RepositoryUrl, version: MaybeVersion = None, model: ModelOption = None, *, as_json: Json = False
) -> None:
    """Show everything about one version."""
    opened, name = _open(repository, model)
    pointer = opened.find_pointer(name)
    manifest = opened.manifest(name, version) if version else opened.live_manifest(name)
    if as_json:
        report.say_json(report.version_facts(manifest, pointer))
    else:
        report.say_version(manifest, pointer)


@app.command(name="pull")
def pull_version(
    repository: RepositoryUrl,
    to: Annotated[Path, typer.Option(help="the folder to make, or to replace as a whole")],
    version: MaybeVersion = None,
    model: ModelOption = None,
    cache: Annotated[Path, typer.Option(envvar="SLIPWAY_CACHE", help="downloads by sha256")] = Path(".slipway/cache"),
    *,
    as_json: Json = False,
) -> None:
    """Download a version, proved against its manifest. What is there already is not downloaded again."""
    opened, name = _open(repository, model)
    manifest = opened.manifest(name, version) if version else opened.live_manifest(name)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        total = sum(facts.size for facts in manifest.files.values())
        task = progress.add_task(f"{name} {manifest.version}", total=total)
        pulled = pull(opened, manifest, to, Cache(cache), lambda count: progress.advance(task, count))
    if as_json:
        report.say_json(report.pulled_facts(pulled))
    else:
        report.say_pulled(pulled)


@app.command()
def promote(version: VersionArgument, repository: RepositoryUrl, model: ModelOption = None) -> None:
    """Make a published version live, once every byte of it has been read back."""
    opened, name = _open(repository, model)
    report.say_switched(opened.promote(name, version))


@app.command()
def rollback(
    repository: RepositoryUrl,
    model: ModelOption = None,
    live: Annotated[
        str | None, typer.Option("--from", callback=_version, help="refuse unless this version is live")
    ] = None,
) -> None:
    """Make live what was live before, once every byte of it has been read back."""
    opened, name = _open(repository, model)
    report.say_switched(opened.rollback(name, live))


def _open(url: str, model: str | None) -> tuple[Repository, str]:
    """The repository and the model meant: the only one, where none is named."""
    opened = Repository(open_store(parse_location(url)))
    names = opened.names()
    if model is None and len(names) == 1:
        return opened, names[0]
    if model in names:
        return opened, model
    held = f"it holds {', '.join(names)}" if names else "nothing is published there"
    if model is None and names:
        raise UsageError(f"{opened.store.location}: --model is needed: {held}")
    raise NotFoundError(f"{opened.store.location}: {f'no model {model}; ' if model else ''}{held}")
