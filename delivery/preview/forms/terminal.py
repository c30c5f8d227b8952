"""The report on a terminal: colours where it has them, columns where it is wide, lines where it is narrow."""

import io
import re
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from delivery.preview.model import Difference
from delivery.preview.report import Breach, GateState, Item, RankName, Report
from delivery.preview.sentences import tally

from .words import SIGNS, TITLES, kind, path, plain, remarks, sides

_STYLES: dict[RankName, str] = {
    "loss": "bold red",
    "replace": "red",
    "security": "magenta",
    "update": "yellow",
    "create": "green",
    "harmless": "dim",
}
_NARROW = 90
_VALUE = 200
_MOST_DIFFERENCES = 12
_MOST_ITEMS = 40
_MOST_POINTS = 8
_TRAILING = re.compile(r" +$", re.MULTILINE)
_WORKFLOW_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)


def write(report: Report, console: Console, *, everything: bool = False) -> None:
    """Print the report. Without `everything`, long lists of small changes are cut, and say so."""
    buffer = io.StringIO()
    inner = Console(
        file=buffer,
        width=console.width,
        force_terminal=console.is_terminal,
        color_system=console.color_system if console.is_terminal else None,  # type: ignore[arg-type]  # rich's own name
        no_color=console.no_color,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in _parts(report, narrow=console.width < _NARROW, everything=everything):
        inner.print(part)
    # A line that starts so is an order to the agent that shows the log.
    text = _WORKFLOW_COMMAND.sub(r"\1: :", buffer.getvalue())
    console.file.write(text if console.is_terminal else _TRAILING.sub("", text))
    console.file.flush()


def _parts(report: Report, *, narrow: bool, everything: bool) -> list[RenderableType]:
    parts: list[RenderableType] = [
        Text(plain(report.headline), style="bold"),
        Text(f"{tally(report.counts)} · {plain(report.source)}", style="dim"),
    ]
    parts += [Text(f"! {plain(note)}", style="yellow") for note in report.notes]
    points = report.more if everything else report.more[:_MOST_POINTS]
    parts += [Padding(Text(f"· {plain(point)}"), (0, 0, 0, 1)) for point in points]
    if len(points) < len(report.more):
        parts.append(Text(f" · and {len(report.more) - len(points)} more: --all shows them", style="dim"))
    for rank, group in groupby(report.items, key=lambda item: item.rank):
        items = list(group)
        parts += ["", Rule(Text(f"{TITLES[rank]} ({len(items)})", style=_STYLES[rank]), align="left", style="dim")]
        shown = items if everything else items[:_MOST_ITEMS]
        parts += [_item(item, narrow=narrow, everything=everything) for item in shown]
        if len(shown) < len(items):
            parts.append(Text(f"  and {len(items) - len(shown)} more: --all shows them", style="dim"))
    parts += _outputs(report) + _breaches(report.violations) + _gates(report.gates)
    return parts


def _item(item: Item, *, narrow: bool, everything: bool) -> RenderableType:
    style = _STYLES[item.rank]
    head = Text.assemble((f" {SIGNS[item.operation]} ", style), kind(item.noun, item.name), (plain(item.name), "bold"))
    if not narrow:
        head.append(f"   {plain(item.key)}", style="dim")
        head.no_wrap, head.overflow = True, "ellipsis"
    shown = bool(item.differences) and item.rank != "harmless"
    said = [Text(plain(clause)) for clause in (item.says if shown else (*item.says, *item.details))]
    differences = item.differences if everything else item.differences[:_MOST_DIFFERENCES]
    rows: list[RenderableType] = list(said)
    if shown:
        rows.append(_lines(differences) if narrow else _columns(differences))
    if len(differences) < len(item.differences):
        rows.append(Text(f"and {len(item.differences) - len(differences)} more properties: --all", style="dim"))
    return Group(head, Padding(Group(*rows), (0, 0, 0, 5)))


def _columns(differences: tuple[Difference, ...]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold", max_width=60)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(no_wrap=True)
    table.expand = True
    for difference in differences:
        old, new = sides(difference, _VALUE)
        table.add_row(
            Text(path(difference), style="cyan"),
            Text(old or "(none)", style="red" if old else "dim"),
            Text(new or "(none)", style="green" if new else "dim"),
            Text(", ".join(remarks(difference)), style="bold"),
        )
    return table


def _lines(differences: tuple[Difference, ...]) -> RenderableType:
    lines = []
    for difference in differences:
        old, new = sides(difference, _VALUE)
        told = f"  ({', '.join(found)})" if (found := remarks(difference)) else ""
        lines.append(Text.assemble((path(difference), "cyan"), (told, "bold")))
        lines += [Text(f"  - {old}", style="red")] if old else []
        lines += [Text(f"  + {new}", style="green")] if new else []
    return Group(*lines)


def _outputs(report: Report) -> list[RenderableType]:
    if not report.outputs:
        return []
    parts: list[RenderableType] = ["", Rule(Text("Outputs"), align="left", style="dim")]
    for output in report.outputs:
        old, new = sides(Difference(output.name, output.kind, output.old, output.new, secret=output.secret), _VALUE)
        parts.append(
            Text.assemble(
                "   ", (plain(output.name), "cyan"), "  ", (old or "(none)", "red"), " -> ", (new or "(none)", "green")
            )
        )
    return parts


def _breaches(breaches: tuple[Breach, ...]) -> list[RenderableType]:
    if not breaches:
        return []
    parts: list[RenderableType] = ["", Rule(Text(f"Policy ({len(breaches)})"), align="left", style="dim")]
    for breach in breaches:
        stops = breach.level == "mandatory" and not breach.excepted
        age = " · was so before" if breach.standing else ""
        head = Text.assemble(
            (" ✗ " if stops else " · ", "bold red" if stops else "yellow"),
            (breach.rule, "bold"),
            f"  {plain(breach.name)}",
            (f" · {breach.level}{age}", "dim"),
        )
        rows = [Text(plain(breach.reason)), Text(f"remedy: {breach.remedy}", style="dim")]
        rows += [Text(f"excepted: {plain(breach.excepted)}", style="yellow")] if breach.excepted else []
        parts.append(Group(head, Padding(Group(*rows), (0, 0, 0, 5))))
    return parts


def _gates(gates: tuple[GateState, ...]) -> list[RenderableType]:
    shut = [gate for gate in gates if gate.shut]
    if not shut:
        return []
    parts: list[RenderableType] = ["", Rule(Text("Stopped", style="bold red"), align="left", style="red")]
    for gate in shut:
        parts.append(Text(f" {gate.name}: {gate.stop} (exit code {gate.exit_code})", style="bold red"))
        parts += [Text(f"     {plain(reason)}") for reason in gate.reasons[:_MOST_DIFFERENCES]]
        if len(gate.reasons) > _MOST_DIFFERENCES:
            parts.append(Text(f"     and {len(gate.reasons) - _MOST_DIFFERENCES} more", style="dim"))
    return parts
