"""The report as Markdown for comments and build summaries: never longer than the place takes, cut from the end."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from delivery.preview.model import Difference
from delivery.preview.report import Breach, Item, RankName, Report
from delivery.preview.sentences import tally

from .words import SIGNS, TITLES, kind, path, plain, remarks, sides

AZURE_DEVOPS: Final = 150_000
GITHUB: Final = 65_536
"""Limits of a comment. Both hosts count characters; this code counts bytes, which are never fewer."""

_MARKS: dict[RankName, str] = {
    "loss": "🔴",
    "replace": "🟠",
    "security": "🟣",
    "update": "🟡",
    "create": "🟢",
    "harmless": "⚪",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()+|~&$])")
_CALLS = re.compile(r"([@#!])(?=\w|<)|(?<=:)(//)")
_VALUE = 400
_MOST_DIFFERENCES = 30
_MOST_BREACHES = 25
_RESERVE = 600
"""Room for what says that something was cut, and where all of it is."""


def marker(project: str, stack: str) -> str:
    """Return the text that sets our own comment about this stack apart from all others; readers do not see it."""
    name = re.sub(r"[^A-Za-z0-9._/-]", "-", f"{project}/{stack}")
    return f"<!-- slipway-preview: {name} -->"


def render(report: Report, limit: int, link: str = "") -> str:
    """The report in at most `limit` bytes. What is cut is counted, and `link` leads to all of it."""
    head = "\n".join(_head(report))
    for differences in (True, False):
        text = head + "".join(_sections(report.items, differences=differences)) + _tail(report, link)
        if _size(text) <= limit:
            return text
    return _cut(report, head, limit, link)


def _head(report: Report) -> Iterator[str]:
    stack, _, said = report.headline.partition(": ")
    yield marker(report.project, report.stack)
    yield f"### {_text(stack)}: {_text(said)}\n"
    yield "".join(f"- {_text(point[:500])}\n" for point in report.more[:12])
    yield f"{_text(tally(report.counts))} · {_text(report.source)}\n"
    for note in report.notes[:5]:
        yield f"> ⚠️ {_text(note[:500])}\n"
    for gate in report.gates:
        if gate.shut:
            yield f"**⛔ {_text(gate.name)}: {_text(gate.stop)}** Exit code {gate.exit_code}.\n"
            yield "".join(f"- {_text(reason[:500])}\n" for reason in gate.reasons[:10])
            if len(gate.reasons) > 10:
                yield f"- and {len(gate.reasons) - 10} more\n"


def _sections(items: Sequence[Item], *, differences: bool) -> Iterator[str]:
    for rank, group in groupby(items, key=lambda item: item.rank):
        found = list(group)
        yield f"\n#### {_MARKS[rank]} {TITLES[rank]} ({len(found)})\n\n"
        for item in found:
            yield _item(item, differences=differences)


def _item(item: Item, *, differences: bool) -> str:
    shown = differences and item.rank != "harmless" and bool(item.differences)
    said = _text("; ".join(item.says if shown else (*item.says, *item.details)))
    name = f"{_code(SIGNS[item.operation])} {_text(kind(item.noun, item.name))}**{_text(item.name)}**"
    line = f"- {name}: {said}\n" if said else f"- {name}\n"
    return line + _block(item.differences) if shown else line


def _block(differences: Sequence[Difference]) -> str:
    """The properties as a diff, in a fence that nothing inside can close."""
    lines = []
    for difference in differences[:_MOST_DIFFERENCES]:
        old, new = sides(difference, _VALUE)
        told = f"  ({', '.join(found)})" if (found := remarks(difference)) else ""
        name = path(difference)
        if old:
            lines.append(f"- {name}: {old}{told if not new else ''}")
        if new:
            lines.append(f"+ {name}: {new}{told}")
        if not old and not new:
            lines.append(f"  {name}{told}")
    if len(differences) > _MOST_DIFFERENCES:
        lines.append(f"  and {len(differences) - _MOST_DIFFERENCES} more properties")
    body = "\n".join(lines)
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return "".join(f"  {line}\n" for line in (f"{fence}diff", *lines, fence))


def _tail(report: Report, link: str) -> str:
    parts = []
    if report.outputs:
        parts.append(f"\n#### Outputs ({len(report.outputs)})\n\n")
        for output in report.outputs[:20]:
            old, new = sides(Difference(output.name, output.kind, output.old, output.new, secret=output.secret), 200)
            parts.append(f"- {_text(output.name)}: {_code(old or '(none)')} → {_code(new or '(none)')}\n")
        if len(report.outputs) > 20:
            parts.append(f"- and {len(report.outputs) - 20} more\n")
    parts.append(_policy(report.violations))
    if link:
        parts.append(f"\n[The whole report]({_link(link)})\n")
    return "".join(parts)


def _policy(breaches: Sequence[Breach]) -> str:
    if not breaches:
        return ""
    lines = [f"\n#### Policy ({len(breaches)})\n\n"]
    for breach in breaches[:_MOST_BREACHES]:
        age = ", was so before" if breach.standing else ""
        mark = "⛔" if breach.level == "mandatory" and not breach.excepted else "⚠️"
        excepted = f" *Excepted: {_text(breach.excepted[:300])}.*" if breach.excepted else ""
        lines.append(
            f"- {mark} **{_text(breach.rule)}** ({breach.level}{age}) {_text(breach.name)}: "
            f"{_text(breach.reason[:500])} "
            f"*Remedy: {_text(breach.remedy[:300])}.*{excepted}\n"
        )
    if len(breaches) > _MOST_BREACHES:
        lines.append(f"- and {len(breaches) - _MOST_BREACHES} more\n")
    return "".join(lines)


def _cut(report: Report, head: str, limit: int, link: str) -> str:
    """Whole lines from the gravest on, as far as they go."""
    tail = _tail(report, link)
    room = limit - _RESERVE
    if _size(head) + _size(tail) > room // 2:
        head, tail = _clip(head, room // 2), ""
    room -= _size(head) + _size(tail)
    kept, written = [], 0
    for part in _sections(report.items, differences=False):
        part = part if _size(part) <= 2000 else f"{_clip(part, 1900)}…\n"  # noqa: PLW2901 - the same part, shortened
        if _size(part) > room:
            break
        room -= _size(part)
        kept.append(part)
        written += part.startswith("- ")
    left = len(report.items) - written
    where = f"[the whole report]({_link(link)}) has all" if link else "the report's other forms have all"
    note = f"\n> ✂️ Properties, and {left} of {len(report.items)} changes, are left out here: {where}.\n"
    return _clip(head + "".join(kept) + tail + note, limit)


def _size(text: str) -> int:
    return len(text.encode())


def _clip(text: str, size: int) -> str:
    return text if _size(text) <= size else text.encode()[: max(0, size)].decode(errors="ignore")


def _text(text: str) -> str:
    """Return another author's words as running text: no link, mention, heading or tag comes of them."""
    escaped = _SPECIAL.sub(r"\\\1", plain(text).replace("\n", " ")).replace("\\<", "&lt;").replace("\\>", "&gt;")
    # Mentions are looked for after the Markdown is read, so a backslash does not stop them; nothing wide does.
    return _CALLS.sub(lambda match: f"{match[1]}&#8203;" if match[1] else "&#8203;//", escaped)


def _code(text: str) -> str:
    body = plain(text).replace("\n", " ")
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    ticks = "`" * (longest + 1)
    return f"{ticks} {body} {ticks}" if longest else f"`{body}`"


def _link(link: str) -> str:
    return re.sub(r"[\s()<>]", "", link)[:500]
