"""The report as one page that needs nothing else: no network, no server, no other file."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path

import orjson

from delivery.preview.drawing import PROVIDER, Node, draw
from delivery.preview.nodes import nodes
from delivery.preview.report import GateState, Item, Report
from delivery.preview.sentences import tally

from . import svg
from .html_list import listed
from .words import TITLES, plain

_MOST_SAID = 9
_MANY = 200
"""From here on the browser lays out only those changes that are in view."""

_FOLDER = Path(__file__).parent / "page"


def render(report: Report) -> str:
    """The page."""
    numbers = {item.key: number for number, item in enumerate(report.items)}
    for still in report.unchanged:
        numbers.setdefault(still.key, len(numbers))
    shown = nodes(report)
    script = _asset("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"
    return "".join(
        (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{_text(report.headline[:120])}</title><style>{svg.STYLE}{_asset('page.css')}</style></head><body>",
            '<a class="skip" href="#list">To the changes</a>',
            *_header(report),
            *_tools(report.items),
            "<main>",
            f'<section id="list" class="{"many" if len(report.items) > _MANY else "few"}" aria-label="Changes">',
            *listed(report, numbers),
            "</section>",
            *_graph(report.stack, shown, numbers),
            "</main>",
            f'<script type="application/json" id="needs">{_needs(shown, numbers)}</script>',
            f"<script>{script}</script></body></html>\n",
        )
    )


@cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _header(report: Report) -> Iterator[str]:
    stack, _, said = report.headline.partition(": ")
    yield f'<header><p class="where">{_text(report.project)} · {_text(report.source)}</p>'
    clauses = report.points or tuple(said.split("; "))
    yield f"<h1>{_text(stack)}: {_text(clauses[0])}</h1>"
    if len(clauses) > 1:
        yield f'<ul class="said">{"".join(f"<li>{_text(clause)}</li>" for clause in clauses[1:_MOST_SAID])}</ul>'
    yield f'<p class="tally">{_text(tally(report.counts))}</p>'
    yield from (f'<p class="note">{_text(note)}</p>' for note in report.notes)
    yield from (_gate(gate) for gate in report.gates if gate.shut)
    yield "</header>"


def _gate(gate: GateState) -> str:
    reasons = "".join(f"<li>{_text(reason)}</li>" for reason in gate.reasons[:20])
    more = f"<li>and {len(gate.reasons) - 20} more</li>" if len(gate.reasons) > 20 else ""
    title = f"Stopped. {_text(gate.stop)} Exit code {gate.exit_code}."
    return f'<section class="stop" role="alert"><h2>{title}</h2><ul>{reasons}{more}</ul></section>'


def _tools(items: Sequence[Item]) -> Iterator[str]:
    yield (
        '<div class="tools" role="search"><input id="search" type="search" placeholder="Search  ( / )" '
        'aria-label="Search resources, properties and values">'
    )
    for rank, group in groupby(items, key=lambda item: item.rank):
        count = len(list(group))
        yield (
            f'<button class="filter {rank}" type="button" data-rank="{rank}" aria-pressed="true">'
            f"{TITLES[rank]} ({count})</button>"
        )
    yield '<span id="found" role="status"></span></div>'


def _graph(stack: str, shown: Sequence[Node], numbers: dict[str, int]) -> Iterator[str]:
    drawing = draw(shown, shape=1, changes=True)
    width, height = round(drawing.width), round(drawing.height)
    yield (
        '<section id="graph" aria-label="Picture of the resources"><div class="frame"><div class="bar">'
        '<h2>Resources</h2><span id="scale" class="none"></span>'
        '<button id="out" type="button" aria-label="Zoom out">-</button>'
        '<button id="in" type="button" aria-label="Zoom in">+</button><button id="fit" type="button">Fit</button></div>'
        '<div id="view" role="region" aria-label="Picture, arrow keys go from resource to resource" tabindex="0">'
        f'<svg class="estate" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="group" '
        f'aria-label="{_text(stack)}: boxes of resources, changed ones lit">'
        f"{svg.inner(drawing, numbers)}</svg></div></div></section>"
    )


def _needs(shown: Sequence[Node], numbers: dict[str, int]) -> str:
    found = {}
    for node in shown:
        givers = [numbers[key] for key in node.needs if key in numbers and PROVIDER not in key]
        if givers:
            found[str(numbers[node.key])] = givers
    # Numbers only, so nothing in it can close the element.
    return orjson.dumps(found).decode()


def _text(text: str) -> str:
    return escape(plain(text))
