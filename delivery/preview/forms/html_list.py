"""The page's list: what changes, gravest first, as plain HTML that needs no script to be read."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

import orjson

from delivery.preview.model import Difference
from delivery.preview.report import Breach, Item, Report, Unchanged

from .words import SIGNS, TITLES, kind, path, plain, remarks, sides

_FOR_ITEMS = 2_600_000
_OPEN = ("loss", "replace", "security")
_MOST_OPEN = 12
_MOST_SAID = 6
_MOST_STILL = 6_000


class _Room:
    """Room for the details of each change, so that the whole stays below the limit."""

    def __init__(self, count: int) -> None:
        each = _FOR_ITEMS // max(1, count)
        self.values = max(40, min(2_000, each // 10))
        self.differences = max(2, min(60, each // 400))
        self.inputs = min(8_000, each - 600) if each > 1_200 else 0


def listed(report: Report, numbers: dict[str, int]) -> Iterator[str]:
    """Every change by rank, then outputs, policy, and what stays as it is."""
    room = _Room(len(report.items))
    opened = 0
    for rank, group in groupby(report.items, key=lambda item: item.rank):
        found = list(group)
        yield f'<section class="{rank}" data-rank="{rank}">{_title(TITLES[rank], len(found))}'
        for item in found:
            opened += rank in _OPEN
            yield from _item(item, numbers, room, opened=rank in _OPEN and opened <= _MOST_OPEN)
        yield "</section>"
    if not report.items:
        yield '<p class="none">Nothing changes.</p>'
    yield from _outputs(report)
    yield from _policy(report.violations)
    yield from _still([one for one in report.unchanged if not one.component], report.unlisted)


def _item(item: Item, numbers: dict[str, int], room: _Room, *, opened: bool) -> Iterator[str]:
    loosening = {effect.text for effect in item.security if effect.loosens}
    clauses = "; ".join(
        f'<span class="weak">{_text(clause)}</span>' if clause in loosening else _text(clause)
        for clause in (*item.says[:_MOST_SAID], *item.details[:_MOST_SAID])
    )
    state = " open" if opened else ""
    yield (
        f'<details class="item" data-n="{numbers[item.key]}" data-rank="{item.rank}"{state}><summary>'
        f'<span class="sign" aria-hidden="true">{SIGNS[item.operation]}</span>{_text(kind(item.noun, item.name))}'
        f'<b>{_text(item.name)}</b><span class="brief">{clauses}</span></summary><div class="in">'
    )
    if item.because:
        links = (_reference(key, numbers) for key in item.because[:8])
        yield f"<p>because of {', '.join(links)}</p>"
    if item.differences:
        yield from _table(item.differences, room)
    if item.inputs and room.inputs:
        text = orjson.dumps(item.inputs, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode(errors="replace")
        shown = escape(_lines(text[: room.inputs])) + ("…" if len(text) > room.inputs else "")
        yield f"<details><summary>Its properties</summary><pre>{shown}</pre></details>"
    yield f'<p class="key">{_text(item.key)}</p></div></details>'


def _lines(text: str) -> str:
    return "\n".join(plain(line) for line in text.split("\n"))


def _reference(key: str, numbers: dict[str, int]) -> str:
    name = _text(key.rpartition("::")[2])
    return f'<a href="#list" data-n="{numbers[key]}">{name}</a>' if key in numbers else name


def _table(differences: Sequence[Difference], room: _Room) -> Iterator[str]:
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("property", "before", "after"))
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
    for difference in differences[: room.differences]:
        old, new = sides(difference, room.values)
        marks = "".join(f'<span class="mark {word.split()[0]}">{word}</span>' for word in remarks(difference))
        name = _breakable(path(difference)) + (f"<br>{marks}" if marks else "")
        cells = zip(("path", "old", "new"), (name, escape(old), escape(new)), strict=True)
        yield "<tr>" + "".join(f'<td class="{kind}">{cell}</td>' for kind, cell in cells) + "</tr>"
    yield "</tbody></table>"
    if len(differences) > room.differences:
        yield f"<p>and {len(differences) - room.differences} more properties</p>"


def _breakable(text: str) -> str:
    """Return a path that breaks between its steps, and not inside of a name."""
    return re.sub(r"(?<=.)([.\[])", r"<wbr>\1", _text(text))


def _outputs(report: Report) -> Iterator[str]:
    if not report.outputs:
        return
    yield f"<section>{_title('Outputs', len(report.outputs))}"
    differences = [
        Difference(output.name, output.kind, output.old, output.new, secret=output.secret, unknown=output.unknown)
        for output in report.outputs
    ]
    yield from _table(differences, _Room(1))
    yield "</section>"


def _policy(breaches: Sequence[Breach]) -> Iterator[str]:
    if not breaches:
        return
    yield f'<section class="policy">{_title("Policy", len(breaches))}<ul>'
    for breach in breaches[:300]:
        age = ' <span class="age">(was so before)</span>' if breach.standing else ""
        excepted = f"<br><i>Excepted: {_text(breach.excepted)}</i>" if breach.excepted else ""
        yield (
            f'<li><b class="{breach.level}">{_text(breach.rule)}</b> {_text(breach.name)} '
            f'<span class="mark">{breach.level}</span>{age}<br>{_text(breach.reason)}<br>'
            f'<span class="remedy">Remedy: {_text(breach.remedy)}</span>{excepted}</li>'
        )
    if len(breaches) > 300:
        yield f"<li>and {len(breaches) - 300} more</li>"
    yield "</ul></section>"


def _still(unchanged: Sequence[Unchanged], unlisted: int) -> Iterator[str]:
    if not unchanged and not unlisted:
        return
    yield f"<section>{_title('Unchanged', len(unchanged) + unlisted)}"
    if unchanged:
        yield '<details><summary>List them</summary><ul class="still">'
        for one in unchanged[:_MOST_STILL]:
            yield f"<li>{_text(one.noun)} {_text(one.name)}</li>"
        yield "</ul></details>"
    left = unlisted + max(0, len(unchanged) - _MOST_STILL)
    if left:
        yield f'<p class="none">{left} more are not named here.</p>'
    yield "</section>"


def _title(text: str, count: int) -> str:
    return f'<h2>{text} <span class="count">({count})</span></h2>'


def _text(text: str) -> str:
    return escape(plain(text))
