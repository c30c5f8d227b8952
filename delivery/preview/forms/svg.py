"""The picture as SVG: inside the page, and as a file of its own for documents, light and dark by itself."""

from collections.abc import Iterator
from html import escape
from typing import Final

from delivery.preview.drawing import CHIP_HEIGHT, CHIP_WIDTH, Box, Chip, Drawing, Link
from delivery.preview.kinds import plural
from delivery.preview.model import Operation

from .words import SIGNS, plain

_NAME: Final = 20
_NOUN: Final = 27
_DONE: Final = {
    "create": "new",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
    "same": "unchanged",
    "read": "read",
    "import": "taken over",
    "refresh": "refreshed",
    "forget": "forgotten",
    "other": "other",
}

STYLE: Final = """
:root{color-scheme:light dark;--ground:#fff;--box:#f6f7f9;--edge:#d3d8e0;--ink:#1b2430;--soft:#5b6675;--line:#b6bfcc;
--chip:#fff;--azure:#0b66c3;--kubernetes:#4a4fc4;--devops:#0d7a70;--other:#5b6675;--loss:#c41e2a;--replace:#b85000;
--security:#8a2fb0;--update:#8a6d00;--create:#1a7f37;--harmless:#5b6675;--same:#9aa4b2}
@media (prefers-color-scheme:dark){:root{--ground:#0f141b;--box:#171e28;--edge:#2c3644;--ink:#e7ebf0;--soft:#9fabba;
--line:#4a5666;--chip:#1f2833;--azure:#6cb2ff;--kubernetes:#a3a8ff;--devops:#4fd0c0;--other:#9fabba;--loss:#ff7b83;
--replace:#ff9f57;--security:#d79bf5;--update:#e5c344;--create:#5fd07c;--harmless:#9fabba;--same:#5d6979}}
svg.estate{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.box>rect{fill:var(--box);stroke:var(--edge)}.box>text{font-size:13px;font-weight:650;fill:var(--soft)}
.azure>text{fill:var(--azure)}.kubernetes>text{fill:var(--kubernetes)}.devops>text{fill:var(--devops)}
.chip rect.body{fill:var(--chip);stroke:var(--edge)}.chip .bar{fill:var(--same)}
.chip .name{font-size:12.5px;font-weight:600;fill:var(--ink)}.chip .noun{font-size:11px;fill:var(--soft)}
.chip .sign{font-size:15px;font-weight:700;fill:var(--same)}
.loss .bar,.loss .sign{fill:var(--loss)}.replace .bar,.replace .sign{fill:var(--replace)}
.security .bar,.security .sign{fill:var(--security)}.update .bar,.update .sign{fill:var(--update)}
.create .bar,.create .sign{fill:var(--create)}.harmless .bar,.harmless .sign{fill:var(--harmless)}
.chip:not(.same) rect.body{stroke-width:1.6}
.loss rect.body{stroke:var(--loss)}.replace rect.body{stroke:var(--replace)}
.security rect.body{stroke:var(--security)}.update rect.body{stroke:var(--update)}
.create rect.body{stroke:var(--create)}
.link{fill:none;stroke:var(--line);stroke-width:1.3}.link.lit{stroke:var(--update);stroke-width:2}
.tip{fill:var(--line)}
"""


def picture(drawing: Drawing, title: str) -> str:
    """The picture as a file of its own: everything as it is, nothing lit."""
    width, height = round(drawing.width), round(drawing.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="estate" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="title">'
        f'<title id="title">{_text(title)}</title><style>{STYLE}</style>'
        f'<rect width="100%" height="100%" fill="var(--ground)"/>{"".join(_body(drawing, numbers=None))}</svg>\n'
    )


def inner(drawing: Drawing, numbers: dict[str, int]) -> str:
    """The picture for the page: its chips carry the numbers of their resources."""
    return "".join(_body(drawing, numbers=numbers))


def _body(drawing: Drawing, *, numbers: dict[str, int] | None) -> Iterator[str]:
    yield (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>'
    )
    yield '<g class="links" aria-hidden="true">'
    for link in drawing.links:
        yield _link(link)
    yield "</g>"
    for box in drawing.boxes:
        yield from _box(box, numbers)


def _link(link: Link) -> str:
    giver, taker = link.giver, link.taker
    lit = " lit" if link.lit else ""
    y1, y2 = giver.y + giver.height / 2, taker.y + taker.height / 2
    if taker.column > giver.column:
        x1, x2 = giver.x + giver.width, taker.x
        bend = max(36.0, (x2 - x1) / 2)
        way = f"M{x1:.0f} {y1:.0f}C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    else:
        x1, x2 = giver.x, taker.x + taker.width
        if taker.column == giver.column:
            x2 = taker.x
            out = min(x1, x2) - 34
            way = f"M{x1:.0f} {y1:.0f}C{out:.0f} {y1:.0f} {out:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
        else:
            way = f"M{x1:.0f} {y1:.0f}C{x1 - 60:.0f} {y1:.0f} {x2 + 60:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    return f'<path class="link{lit}" d="{way}" marker-end="url(#tip)"/>'


def _box(box: Box, numbers: dict[str, int] | None) -> Iterator[str]:
    label = _text(f"{box.title}: {sum(chip.count for chip in box.chips)} resources")
    yield f'<g class="box {box.family}" role="group" aria-label="{label}">'
    yield f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}" rx="10"/>'
    yield f'<text x="{box.x + 13:.0f}" y="{box.y + 20:.0f}">{_text(box.title)}</text>'
    for chip in box.chips:
        yield _chip(chip, numbers)
    yield "</g>"


def _chip(chip: Chip, numbers: dict[str, int] | None) -> str:
    node, x, y = chip.node, chip.x, chip.y
    folded = chip.count > 1
    if chip.alike:
        # In a picture that shows no change there is nothing to be unchanged.
        name, noun = plural(node.noun, chip.count), _DONE[node.operation] if numbers is not None else "in this box"
    else:
        name = f"{chip.count} more" if folded else node.name
        noun = _DONE[node.operation] if folded else node.noun
    said = _text(f"{noun} {name}" + ("" if folded else f", {_DONE[node.operation]}"))
    number = numbers.get(node.key) if numbers is not None and not folded else None
    hook = f' data-n="{number}" role="button" tabindex="-1"' if number is not None else ' role="img"'
    sign = (
        ""
        if node.operation == "same"
        else f'<text class="sign" x="{x + 13}" y="{y + 25}">{SIGNS[Operation(node.operation)]}</text>'
    )
    left = x + (12 if node.operation == "same" else 28)
    return (
        f'<g class="chip {node.rank}"{hook} aria-label="{said}"><title>{said}</title>'
        f'<rect class="body" x="{x}" y="{y}" width="{CHIP_WIDTH}" height="{CHIP_HEIGHT}" rx="6"/>'
        f'<rect class="bar" x="{x}" y="{y + 5}" width="4" height="{CHIP_HEIGHT - 10}" rx="2"/>{sign}'
        f'<text class="name" x="{left}" y="{y + 17}">{_text(_short(name, _NAME))}</text>'
        f'<text class="noun" x="{left}" y="{y + 32}">{_text(_short(noun, _NOUN))}</text></g>'
    )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _text(text: str) -> str:
    return escape(plain(text))
