"""Positions in the picture: boxes for components, chips for resources, from left to right by need.

Pure arithmetic over plain data; its look is the form's business. Measures are in SVG user units.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final

CHIP_WIDTH: Final = 184
CHIP_HEIGHT: Final = 40
_GAP: Final = 8
_PAD: Final = 12
_TITLE: Final = 30
_BETWEEN_COLUMNS: Final = 60
_BETWEEN_BOXES: Final = 24
_MARGIN: Final = 20
_MOST_CHANGED: Final = 48
_MOST_STILL: Final = 16
_ALIKE: Final = 3
"""So many unchanged resources of one type in a box are shown as one chip."""

PROVIDER: Final = "pulumi:providers:"


Pair = tuple[str, str]
"""A giver and a taker."""


@dataclass(frozen=True, slots=True)
class Node:
    """A resource to draw. `group` is the title of its box; `grave` is small for what matters most, 0 for unchanged."""

    key: str
    type: str
    name: str
    noun: str
    group: str
    rank: str
    operation: str
    grave: int
    needs: tuple[str, ...] = ()


@dataclass(slots=True)
class Chip:
    """A resource in its place, or `count` of them folded into one."""

    node: Node
    x: float = 0
    y: float = 0
    count: int = 1
    alike: bool = False
    """True where all that are folded here are of one type."""


@dataclass(slots=True)
class Box:
    """A component in its place."""

    title: str
    family: str
    chips: list[Chip]
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """One box takes something from another; `lit` where something that changes does."""

    giver: Box
    taker: Box
    count: int
    lit: bool


@dataclass(slots=True)
class Drawing:
    """The whole picture."""

    boxes: list[Box] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    width: float = 0
    height: float = 0


def draw(nodes: Sequence[Node], shape: float = 1.7, *, changes: bool = False) -> Drawing:
    """Lay the resources out; `shape` is how much wider than high the picture means to be.

    `changes`: only boxes in which something changes, and the rest of each in one chip, so that it can be read.
    """
    if changes and (lit := {node.group for node in nodes if node.grave}):
        nodes = [node for node in nodes if node.group in lit]
    else:
        changes = False
    boxes = _boxes(nodes, changes=changes)
    needs = _group_needs(nodes)
    for title, column in _columns(boxes, needs).items():
        boxes[title].column = column
    drawing = Drawing(list(boxes.values()), _links(boxes, needs))
    _place(drawing, shape)
    return drawing


def _boxes(nodes: Iterable[Node], *, changes: bool) -> dict[str, Box]:
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        groups.setdefault(node.group, []).append(node)
    boxes = {}
    for title in sorted(groups):
        members = sorted(groups[title], key=lambda node: (node.grave or 99, node.type, node.name))
        changed = [node for node in members if node.grave]
        still = [node for node in members if not node.grave]
        families = Counter(family(node.type) for node in members)
        chips = [*_folded(changed, _MOST_CHANGED), *(_folded(still, len(still) == 1) if changes else _alike(still))]
        boxes[title] = Box(title, max(sorted(families), key=lambda name: families[name]), chips)
    return boxes


def _alike(still: list[Node]) -> list[Chip]:
    """Unchanged resources: one chip for many of a type, then one each, as far as there is room."""
    by_type: dict[str, list[Node]] = {}
    for node in still:
        by_type.setdefault(node.type, []).append(node)
    single = [node for found in by_type.values() if len(found) < _ALIKE for node in found]
    many = [Chip(found[0], count=len(found), alike=True) for found in by_type.values() if len(found) >= _ALIKE]
    return _folded(single, _MOST_STILL) + many


def _folded(nodes: list[Node], most: int) -> list[Chip]:
    """All of them while they are few; else the first, and the rest in one chip an operation."""
    chips = [Chip(node) for node in nodes[:most]]
    rest: dict[str, list[Node]] = {}
    for node in nodes[most:]:
        rest.setdefault(node.operation, []).append(node)
    return chips + [Chip(found[0], count=len(found)) for found in rest.values()]


def family(resource_type: str) -> str:
    """Return the family that a type belongs to: `azure`, `kubernetes`, `devops` or `other`."""
    prefixes = {"azure-native:": "azure", "kubernetes:": "kubernetes", "azuredevops:": "devops"}
    return next((name for prefix, name in prefixes.items() if resource_type.startswith(prefix)), "other")


def _group_needs(nodes: Sequence[Node]) -> dict[tuple[str, str], list[bool]]:
    """For each (giver, taker) of boxes: one entry a need, true where either end changes."""
    by_key = {node.key: node for node in nodes}
    needs: dict[tuple[str, str], list[bool]] = {}
    for node in nodes:
        for key in node.needs:
            giver = by_key.get(key)
            # Everything needs its provider: lines for that say nothing.
            if giver is not None and giver.group != node.group and not giver.type.startswith(PROVIDER):
                needs.setdefault((giver.group, node.group), []).append(bool(giver.grave and node.grave))
    return needs


def _links(boxes: dict[str, Box], needs: dict[tuple[str, str], list[bool]]) -> list[Link]:
    """Lines between boxes, without those that the way through one other box tells as well."""
    takers: dict[str, set[str]] = {}
    for giver, taker in needs:
        takers.setdefault(giver, set()).add(taker)

    def told(giver: str, taker: str) -> bool:
        return any(taker in takers.get(between, ()) for between in takers[giver] if between != taker)

    return [
        Link(boxes[giver], boxes[taker], len(found), any(found))
        for (giver, taker), found in sorted(needs.items())
        if any(found) or not told(giver, taker)
    ]


def _place(drawing: Drawing, shape: float) -> None:
    for box in drawing.boxes:
        _fill(box)
    stacks = _stacks(drawing, shape)
    heights = [sum(box.height for box in stack) + _BETWEEN_BOXES * (len(stack) - 1) for stack in stacks]
    drawing.height = max(heights, default=0) + 2 * _MARGIN
    x: float = _MARGIN
    for number, (stack, height) in enumerate(zip(stacks, heights, strict=True)):
        y = (drawing.height - height) / 2
        for box in stack:
            _move(box, x, y)
            y += box.height + _BETWEEN_BOXES
        last = number + 1 == len(stacks) or stacks[number + 1][0].column != stack[0].column
        x += max(box.width for box in stack) + (_BETWEEN_COLUMNS if last else _BETWEEN_BOXES)
    drawing.width = max(x - _BETWEEN_COLUMNS + _MARGIN, 2 * _MARGIN)


def _stacks(drawing: Drawing, shape: float) -> list[list[Box]]:
    """Boxes one above the other: a stack a column, or several beside each other where one would be too high."""
    area = sum((box.width + _BETWEEN_COLUMNS) * (box.height + _BETWEEN_BOXES) for box in drawing.boxes)
    tallest = max([(area / shape) ** 0.5, *(box.height for box in drawing.boxes)])
    stacks: list[list[Box]] = []
    for number in sorted({box.column for box in drawing.boxes}):
        column = [box for box in drawing.boxes if box.column == number]
        # Those that others take from stand nearest to them.
        column.sort(key=lambda box: (sum(link.giver is box for link in drawing.links), box.title))
        stack: list[Box] = []
        for box in column:
            if stack and sum(other.height + _BETWEEN_BOXES for other in stack) + box.height > tallest:
                stacks.append(stack)
                stack = []
            stack.append(box)
        stacks.append(stack)
    return stacks


def _fill(box: Box) -> None:
    """Chips in as many columns as keep the box about as wide as it is high."""
    count = len(box.chips)
    across = max(1, min(6, ceil((count / 5) ** 0.5)))
    down = ceil(count / across)
    for position, chip in enumerate(box.chips):
        column, row = divmod(position, down)
        chip.x = _PAD + column * (CHIP_WIDTH + _GAP)
        chip.y = _TITLE + row * (CHIP_HEIGHT + _GAP)
    box.width = 2 * _PAD + across * (CHIP_WIDTH + _GAP) - _GAP
    box.height = _TITLE + down * (CHIP_HEIGHT + _GAP) - _GAP + _PAD


def _move(box: Box, x: float, y: float) -> None:
    box.x, box.y = x, y
    for chip in box.chips:
        chip.x += x
        chip.y += y


def _columns(names: Collection[str], needs: Mapping[Pair, Sequence[object]]) -> dict[str, int]:
    """The column of each name, from 0 on without gaps. A need that would close a circle does not count."""
    found = dict.fromkeys(names, 0)
    forward = _without_circles(names, needs)
    for _ in names:  # the longest way has at most as many steps as there are names
        moved = False
        for giver, taker in forward:
            if found[taker] <= found[giver]:
                found[taker], moved = found[giver] + 1, True
        if not moved:
            break
    used = sorted(set(found.values()))
    return {name: used.index(column) for name, column in found.items()}


def _without_circles(names: Collection[str], needs: Mapping[Pair, Sequence[object]]) -> list[Pair]:
    """The needs, strongest first, leaving out each that would close a circle."""
    bit = {name: 1 << number for number, name in enumerate(names)}
    reach = dict(bit)  # what can be reached from a name, itself included, as a set of bits
    kept = []
    for giver, taker in sorted(needs, key=lambda pair: (-len(needs[pair]), pair)):
        if reach[taker] & bit[giver]:
            continue
        kept.append((giver, taker))
        for name, reached in reach.items():
            if reached & bit[giver]:
                reach[name] |= reach[taker]
    return kept
