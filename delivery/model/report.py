"""Output of the commands: for people on a terminal, or as JSON for machines."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from delivery.examples.check import Outcome

from .manifest import Manifest
from .pointer import Pointer
from .publishing import Publication
from .pulling import Pulled
from .repository import Entry

_LOG_WIDTH = 200


def say_json(value: Any) -> None:  # noqa: ANN401 - any value that JSON can hold
    """Print one JSON document on stdout."""
    print(json.dumps(value, indent=2))  # noqa: T201 - the command's output


def version_facts(manifest: Manifest, pointer: Pointer | None) -> dict[str, Any]:
    """A version for machines: its manifest, and whether it is live."""
    return {**manifest.model_dump(mode="json"), "live": _is_live(manifest.version, pointer)}


def entry_facts(entry: Entry, pointer: Pointer | None) -> dict[str, Any]:
    """A line of the list for machines; `manifest` is null where there is a `fault`."""
    return {
        "version": entry.version,
        "live": _is_live(entry.version, pointer),
        "manifest": entry.manifest.model_dump(mode="json") if entry.manifest else None,
        "fault": entry.fault,
    }


def pulled_facts(pulled: Pulled) -> dict[str, Any]:
    """A pull for machines."""
    return {
        "name": pulled.manifest.name,
        "version": pulled.manifest.version,
        "sha256": pulled.manifest.sha256,
        "folder": str(pulled.folder),
        "downloaded": pulled.downloaded,
        "changed": pulled.changed,
    }


def publication_facts(publication: Publication) -> dict[str, Any]:
    """A publication for machines."""
    manifest = publication.manifest
    return {
        "name": manifest.name,
        "version": manifest.version,
        "sha256": manifest.sha256,
        "created": publication.created,
        "live": publication.live,
    }


def say_publication(publication: Publication) -> None:
    """Print the result of publishing, and the next command where the version is not live."""
    manifest, live = publication.manifest, publication.pointer.live.version if publication.pointer else "none"
    name = f"{manifest.name} version {manifest.version}"
    done = f"published {name}" if publication.created else f"{name} is this very model already: nothing was published"
    if publication.live:
        _say(f"{done}; it is live")
    else:
        _say(f"{done}; live is {live}. To make it live: promote {manifest.version}")
    _say(f"sha256 {manifest.sha256}")


def say_text(text: str) -> None:
    """Print what a command of the app's printed."""
    say_lines(text.splitlines())


def say_lines(lines: Iterable[object]) -> None:
    """Each as a line."""
    for line in lines:
        _say(str(line))


def say_tried(folder: Path, outcomes: list[Outcome]) -> None:
    """Print the result of trying a folder."""
    if outcomes:
        right = sum(not one.faults for one in outcomes)
        _say(f"{right} of {len(outcomes)} examples as expected")
    _say(f"nothing was published; to publish it: slipway model publish {folder}")


def say_pulled(pulled: Pulled) -> None:
    """Print the result of a pull."""
    manifest = pulled.manifest
    done = "pulled" if pulled.changed else "unchanged"
    _say(f"{manifest.name} version {manifest.version} {done}, {pulled.downloaded:,} bytes downloaded")
    _say(f"{pulled.folder}, sha256 {manifest.sha256}")


def say_switched(pointer: Pointer) -> None:
    """Print the version that is live now."""
    live = pointer.live
    replaced = f", in place of {live.replaced}" if live.replaced else ""
    _say(f"{pointer.name} version {live.version} is live since {live.since:%Y-%m-%d %H:%M:%S %Z}{replaced}")


def say_versions(name: str, entries: list[Entry], pointer: Pointer | None, older: int) -> None:
    """A table, newest first. A version that cannot be read shows why."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("version", "", "published", "size", "sha256"):
        table.add_column(column, justify="right" if column in ("version", "size") else "left", no_wrap=True)
    for column in ("title", "metrics"):
        table.add_column(column, min_width=18, overflow="fold")
    for entry in entries:
        manifest = entry.manifest
        mark = Text("live", style="bold green") if _is_live(entry.version, pointer) else Text()
        if manifest is None:
            table.add_row(entry.version, mark, "", "", "", Text(_plain(entry.fault), style="red"))
            continue
        size = f"{sum(facts.size for facts in manifest.files.values()) / 1e6:.1f} MB"
        when = f"{manifest.created:%Y-%m-%d %H:%M}"
        title, metrics = Text(_plain(manifest.title)), Text(_metrics(manifest))
        table.add_row(entry.version, mark, when, size, manifest.sha256[:12], title, metrics)
    _say(name)
    _print(table)
    if older:
        _say(f"and {older} older: --limit {older + len(entries)} shows all")


def say_version(manifest: Manifest, pointer: Pointer | None) -> None:
    """Everything about one version."""
    live = pointer.live if pointer and _is_live(manifest.version, pointer) else None
    rows = {
        "model": f"{manifest.name} version {manifest.version}",
        "live": f"since {live.since:%Y-%m-%d %H:%M:%S %Z} by {live.by}" if live else "no",
        "title": manifest.title,
        "published": f"{manifest.created:%Y-%m-%d %H:%M:%S %Z}",
        "author": manifest.author,
        "licence": manifest.licence,
        "source": manifest.source,
        "metrics": _metrics(manifest),
    }
    rows |= {name: _compact(value) for name, value in (manifest.model_extra or {}).items()}
    rows |= {str(file): f"{facts.size:,} bytes, sha256 {facts.sha256}" for file, facts in manifest.files.items()}
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for heading, text in rows.items():
        table.add_row(heading, Text(_plain(text)))
    _print(table)


def _compact(value: object) -> str:
    """A value of the app's own part in one line."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_compact(each)}" for name, each in value.items())
    if isinstance(value, list):
        return "; ".join(map(_compact, value))
    return "-" if value is None else str(value)


def _print(table: Table) -> None:
    """In a log or a pipe nothing is gained by folding at eighty columns."""
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, _LOG_WIDTH)
    console.print(table)


def _is_live(version: str, pointer: Pointer | None) -> bool:
    return pointer is not None and pointer.live.version == version


def _metrics(manifest: Manifest) -> str:
    return _plain(", ".join(f"{name} {value:g}" for name, value in manifest.metrics.items()))


def _plain(text: str) -> str:
    """An author's words without anything a terminal would obey."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _say(text: str) -> None:
    Console(soft_wrap=True, highlight=False, markup=False).print(_plain(text))
