"""The report's resources as the picture needs them."""

from typing import Final

from .drawing import PROVIDER, Node, family
from .report import Item, RankName, Report, Unchanged

_GRAVE: Final[dict[RankName, int]] = {
    "loss": 1,
    "security": 2,
    "replace": 3,
    "update": 4,
    "create": 5,
    "harmless": 6,
}
_FAMILIES: Final = {"azure": "Azure", "kubernetes": "Kubernetes", "devops": "Azure DevOps", "other": "Other"}


def nodes(report: Report) -> list[Node]:
    """Every resource that is more than a component, in the box of the outermost component that holds it."""
    parents = {item.key: item.parent for item in report.items} | {one.key: one.parent for one in report.unchanged}
    components = {one.key: one.name for one in report.unchanged if one.component}
    changed = [
        _node(item, _group(item, parents, components), item.rank, item.operation.value, _GRAVE[item.rank])
        for item in report.items
    ]
    return changed + [
        _node(still, _group(still, parents, components), "same", "same", 0)
        for still in report.unchanged
        if not still.component and not still.type.startswith(PROVIDER)
    ]


def _node(one: Item | Unchanged, group: str, rank: str, operation: str, grave: int) -> Node:
    # What its box says already is left out of its name.
    name = one.name.removeprefix(group.replace(" ", "-") + "-")
    return Node(one.key, one.type, name, one.noun, group, rank, operation, grave, one.needs)


def _group(one: Item | Unchanged, parents: dict[str, str | None], components: dict[str, str]) -> str:
    outermost = ""
    seen = {one.key}
    parent = one.parent
    while parent and parent not in seen:
        seen.add(parent)
        outermost = components.get(parent, outermost)
        parent = parents.get(parent)
    if outermost:
        return outermost.replace("-", " ")
    return "Providers" if one.type.startswith(PROVIDER) else _FAMILIES[family(one.type)]
