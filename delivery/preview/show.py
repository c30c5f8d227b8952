"""`slipway preview report` and `picture`: from options to a report and its forms."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from rich.console import Console

from delivery.failure import FailureError, NotFoundError, UsageError
from delivery.paths import ROOT, WORK, short

from . import approval, base, project, publish
from .comments import Host, host
from .compare import compare
from .drawing import draw
from .engine_json import parse
from .forms import html, markdown, svg, terminal
from .model import Preview
from .nodes import nodes
from .report import Report, report, to_json
from .states import read

_LOG_WIDTH = 160
_COMMAND = ("pulumi", "preview", "--json", "--show-sames", "--non-interactive")
"""Unchanged resources are asked for too: only there does an engine tell of options such as protection."""


class Form(StrEnum):
    """Form of what is printed on standard output."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


SINGLE = frozenset({Form.HTML, Form.JSON})
"""Forms that hold one environment each."""


@dataclass(frozen=True, slots=True)
class Source:
    """Sides to compare: the engine's output in a file, the engine itself, two states, or two commits."""

    stack: str
    base: str
    engine: str
    pulumi: bool
    state: Path | None
    base_state: Path | None
    releases: tuple[Path | None, Path | None]
    """Releases that this work tree and the base show as deployed; None: each its own stand-in."""


@dataclass(frozen=True, slots=True)
class Places:
    """Places for the report beside standard output."""

    out: Path | None
    summary: bool
    artifact: bool
    comment: bool
    link: str


def ready(places: Places) -> Host | None:
    """Return the comment's host, or None. UsageError where the report cannot reach a place that is asked for."""
    publish.refuse(os.environ, summary=places.summary, artifact=places.artifact)
    return host(os.environ) if places.comment else None


def sources(source: Source, single: Sequence[str]) -> list[Source]:
    """Return the source for each environment that is asked for: without a name, for all, each after the one before it.

    UsageError: `single` names options that are about one environment, and several are asked for.
    """
    if source.stack or source.engine or source.state is not None:
        return [source]
    chain = project.read(ROOT).chain
    if not chain:
        raise UsageError(f"{short(ROOT)}: no stack file; copy one of another environment to Pulumi.<stack>.yaml")
    if single and len(chain) > 1:
        raise UsageError(f"{single[0]} is about one environment: add --stack, one of {', '.join(chain)}")
    return [replace(source, stack=stack) for stack in chain]


def placed(places: Places, asked: Source, source: Source) -> Places:
    """Return the places of one of several environments: a folder of its own below --out."""
    several = source.stack != asked.stack
    return replace(places, out=places.out / source.stack) if several and places.out else places


def preview(source: Source) -> Preview:
    """Return the change, from wherever it is told, with the environments that come later."""
    found = _told(source)
    try:
        return replace(found, later=tuple(project.read(ROOT).later(found.stack)))
    except FailureError:
        return found  # previewed from outside of the project


def _told(source: Source) -> Preview:
    _agree(source)
    if source.engine:
        found = _from_file(source.engine)
        if source.stack and found.stack and found.stack != source.stack:
            raise UsageError(f"--stack {source.stack}: {source.engine} is about stack {found.stack}")
        return found
    if source.pulumi:
        return _ask(source.stack)
    if source.state is not None:
        head = read(source.state)
        if source.base_state is None:
            return compare(None, head, f"{source.state}", ("there is no base: everything counts as new",))
        return compare(read(source.base_state), head, f"{source.base_state} against {source.state}")
    commit = base.branching_point(source.base)
    sides = base.both(commit, source.stack, source.releases)
    text = f"{commit} against {base.head_name()}, without a dry run"
    found = compare(sides.base, sides.head, text, (sides.note,) if sides.note else ())
    if sides.edited and not found.outputs and not any(change.differences for change in found.changes):
        note = f"Pulumi.{source.stack}.yaml differs from {commit}'s, and nothing follows from that"
        return replace(found, notes=(*found.notes, note))
    return found


def show(
    found: Preview, form: Form, places: Places, to: Host | None, *, approved: Path | None, everything: bool
) -> Report:
    """Judge the change, print it, and bring it wherever else it was asked for."""
    judged = report(found, datetime.now(UTC).date(), approval.read(approved) if approved else None)
    link = places.link or publish.run_link(os.environ)
    _print(judged, form, link, everything=everything)
    said = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    if places.out or places.summary or places.artifact:
        folder = places.out or WORK / "preview" / (found.stack or "stack")
        page = publish.write(judged, folder, link)
        said.print(f"the page: {short(page.resolve())}")
        orders = [publish.summarise(judged, folder, os.environ, link)] if places.summary else []
        orders += [publish.upload(judged, page, os.environ)] if places.artifact else []
        sys.stdout.write("".join(f"{order}\n" for order in orders if order))
        sys.stdout.flush()
    if to is not None:
        said.print(publish.comment(judged, to, link))
    return judged


def picture(stack: str, state: Path | None, out: Path) -> None:
    """Draw the environment as it is declared, into an SVG file."""
    head = read(state) if state else base.rendered(stack)
    still = report(compare(head, head, "", ()), datetime.now(UTC).date())
    drawing = draw(nodes(still))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(svg.picture(drawing, f"{head.project}, environment {head.stack}"), encoding="utf-8")


def broken(found: Preview) -> None:
    """FailureError where the engine's own preview failed: what it told may not be all."""
    if any(note.startswith("error:") for note in found.notes):
        raise FailureError("the engine's preview failed, so this may not be all; see its errors above")


def _print(judged: Report, form: Form, link: str, *, everything: bool) -> None:
    if form is Form.TERMINAL:
        console = Console()
        if not console.is_terminal and "COLUMNS" not in os.environ:
            console.width = _LOG_WIDTH  # a build's log has no width of its own
        terminal.write(judged, console, everything=everything)
        return
    text = {
        Form.MARKDOWN: lambda: markdown.render(judged, markdown.AZURE_DEVOPS, link).encode(),
        Form.HTML: lambda: html.render(judged).encode(),
        Form.JSON: lambda: to_json(judged),
    }[form]()
    sys.stdout.flush()
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


def _from_file(name: str) -> Preview:
    """The preview in a file; `-` is standard input."""
    if name == "-":
        return parse(sys.stdin.buffer.read(), "standard input")
    try:
        return parse(Path(name).read_bytes(), name)
    except FileNotFoundError:
        raise NotFoundError(f"{name}: no such file; `pulumi preview --json > FILE` writes one") from None


def _ask(stack: str, root: Path = ROOT) -> Preview:
    """Ask the engine. It needs credentials; a preview that fails is shown as far as it came."""
    if shutil.which("pulumi") is None:
        raise FailureError(
            "pulumi is not on PATH; without --pulumi this commit is compared with --base, which needs none"
        )
    done = subprocess.run([*_COMMAND, "--stack", stack], cwd=root, capture_output=True, check=False)
    if not done.stdout.strip():
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise FailureError(f"pulumi preview: {said[-1] if said else f'exit code {done.returncode}'}")
    return parse(done.stdout, "pulumi preview")


def _agree(source: Source) -> None:
    """Refuse options that exclude each other."""
    asked = [("--engine", bool(source.engine)), ("--pulumi", source.pulumi), ("--state", source.state is not None)]
    given = [name for name, is_there in asked if is_there]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} exclude each other: each says where the change is told")
    if source.base_state and source.state is None:
        raise UsageError("--base-state needs --state: both are folders that `preview render` wrote")
    if any(source.releases) and given:
        raise UsageError(f"--release, --base-release: only where the stack is rendered here, not with {given[0]}")
