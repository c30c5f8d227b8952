"""Words that all forms share: signs, titles, and values as text that nothing obeys."""

import re
from typing import Final

import orjson

from delivery.preview.kinds import names_kind, readable
from delivery.preview.model import Difference, Json, Kind, Operation, Part
from delivery.preview.report import RankName
from delivery.preview.values import is_secret, is_unknown

TITLES: Final[dict[RankName, str]] = {
    "loss": "Lost: data, addresses, or what other environments use",
    "security": "Security",
    "replace": "Replaced or deleted",
    "update": "Updated",
    "create": "New",
    "harmless": "Nothing of consequence",
}
SIGNS: Final = {
    Operation.CREATE: "+",
    Operation.UPDATE: "~",
    Operation.REPLACE: "±",
    Operation.DELETE: "-",
    Operation.SAME: "=",
    Operation.READ: ">",
    Operation.IMPORT: "<",
    Operation.REFRESH: "~",
    Operation.FORGET: "/",
    Operation.OTHER: "?",
}
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_COMMANDS = re.compile(r"##(?=vso\[|\[)", re.IGNORECASE)


def plain(text: str) -> str:
    """Return another author's words as text in which no terminal, agent or reader finds an order."""
    text = text.replace("\t", " ")
    return _COMMANDS.sub("## ", _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text))


def value(given: Json, limit: int) -> str:
    """A value in one line of at most `limit` characters; cut ones end in an ellipsis."""
    if given is None:
        return ""
    if is_secret(given):
        return "[secret]"
    if is_unknown(given) and given == "${unknown}":
        return "known after apply"
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    text = (
        given if isinstance(given, str) else orjson.dumps(given, option=orjson.OPT_SORT_KEYS).decode(errors="replace")
    )
    text = plain(text.replace("\r", "").replace("\n", "⏎"))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def kind(noun: str, name: str) -> str:
    """Return the noun before a name, or nothing where the name says it."""
    return "" if names_kind(noun, name) else f"{plain(noun)} "


def path(difference: Difference) -> str:
    """The property's path, as a reader needs it."""
    return plain(difference.path) if difference.part is Part.INPUT else f"option {plain(difference.path)}"


def sides(difference: Difference, limit: int) -> tuple[str, str]:
    """Both sides of a difference as text; empty for a side that is not there."""
    if difference.secret:
        old = "" if difference.kind is Kind.ADDED else "[secret]"
        new = "" if difference.kind is Kind.REMOVED else "[secret]"
        return old, new
    old, new = value(difference.old, limit), value(difference.new, limit)
    short = readable(old), readable(new)
    # Two ids that look alike when they are cut are shown whole.
    return (old, new) if short[0] == short[1] and old != new else short


def remarks(difference: Difference) -> list[str]:
    """Return what a reader must know beyond the two sides."""
    found = []
    if difference.replaces:
        found.append("replaces")
    if difference.ignored:
        found.append("no effect")
    if difference.refused:
        found.append("refused")
    if difference.unknown:
        found.append("unknown until applied")
    if difference.secret:
        found.append("secret")
    if difference.kind is Kind.REORDERED:
        found.append("order only")
    return found
