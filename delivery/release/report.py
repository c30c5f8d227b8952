"""Output of the release commands: for people on a terminal, or as JSON for machines."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .record import Release

_LOG_WIDTH = 200
_SHORT = 12


def say(text: str) -> None:
    """One line, as it is."""
    Console(soft_wrap=True, highlight=False, markup=False).print(text)


def say_json(text: str) -> None:
    """One JSON document on stdout."""
    print(text)  # noqa: T201 - the command's output


def say_releases(releases: Sequence[Release], live: Mapping[str, str], older: int) -> None:
    """A table, newest first; `live` names the release of each environment."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("release", "live in", "commit", "model", "build", "image"):
        table.add_column(column, no_wrap=column != "live in")
    for release in releases:
        where = ", ".join(environment for environment, name in live.items() if name == release.id)
        model = f"{release.model.name} {release.model.version}"
        commit = release.commit.replace(release.commit[_SHORT:40], "")
        digest = release.image.digest.removeprefix("sha256:")[:_SHORT]
        row = (release.id, Text(where, style="bold green"), commit, model, release.build_id, digest)
        table.add_row(*row)
    _print(table)
    if older:
        say(f"and {older} older: --limit {older + len(releases)} shows all")


def say_release(release: Release, live: Mapping[str, str]) -> None:
    """Everything about one release."""
    where = ", ".join(environment for environment, name in live.items() if name == release.id)
    rows = {
        "release": release.id,
        "live in": where or "no environment that is known here",
        "recorded": f"{release.created:%Y-%m-%d %H:%M:%S %Z}",
        "image": release.image.reference,
        "tag": f"{release.image.tag}, for people",
        "size": f"{release.image.size / 1e6:.1f} MB packed",
        "commit": release.commit,
        "source": release.source or "unknown",
        "model": f"{release.model.name} version {release.model.version}, sha256 {release.model.sha256}",
        "build": release.build_id,
        "tested": f"{release.tested:%Y-%m-%d %H:%M:%S %Z}",
        **{f"  {check.partition(': ')[0]}": check.partition(": ")[2] for check in release.checks},
        "materials": f"{release.sbom.file}, {release.sbom.digest}",
        "provenance": f"{release.provenance.file}, {release.provenance.digest}",
        "previous": release.previous.id if release.previous else "none",
    }
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for heading, text in rows.items():
        table.add_row(heading, Text(text))
    _print(table)


def _print(table: Table) -> None:
    """In a log or a pipe nothing is gained by folding at eighty columns."""
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, _LOG_WIDTH)
    console.print(table)
