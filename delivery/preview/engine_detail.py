"""Details that only the provider has of a change: which properties replace, and what differs in its eyes alone."""

from dataclasses import replace
from typing import Any, Final

from . import paths
from .model import Difference, Json, Kind
from .secrets import hide
from .values import HIDDEN, holds_secret, holds_unknown

_KINDS: Final = {"add": Kind.ADDED, "delete": Kind.REMOVED, "update": Kind.CHANGED}


def told(own: list[Difference], step: dict[str, Any]) -> list[Difference]:
    """Our own differences, with what only the provider can tell: which of them replace, and what it alone sees."""
    before, after = step.get("oldState") or {}, step.get("newState") or {}
    details: dict[str, Any] = dict(step.get("detailedDiff") or {})
    reasons = [*(step.get("diffReasons") or ()), *(step.get("replaceReasons") or ())]
    replacing = set(step.get("replaceReasons") or ())
    for reason in reasons:
        if not any(_covers(reason, path) or _covers(path, reason) for path in details):
            details[reason] = {"kind": "update-replace" if reason in replacing else "update", "inputDiff": True}
    result = list(own)
    for text, detail in details.items():
        path = paths.parse(text)
        name = paths.show(paths.named(path, after.get("inputs"), before.get("inputs"), before.get("outputs")))
        replaces = str(detail.get("kind", "")).endswith("-replace")
        matching = [found for found in result if _covers(found.path, name) or _covers(name, found.path)]
        if matching:
            if replaces:
                result = [replace(found, replaces=True) if found in matching else found for found in result]
        elif found_alone := _alone(name, path, detail, (before, after)):
            result.append(found_alone)
    return result


def _alone(
    name: str, path: paths.Path, detail: dict[str, Any], sides: tuple[dict[str, Any], dict[str, Any]]
) -> Difference | None:
    """Return what only the provider sees to differ, or None: drift, a default, or a secret hidden on both sides."""
    before, after = sides
    last = next((step for step in reversed(path) if isinstance(step, str)), "")
    old = paths.find(before.get("inputs") if detail.get("inputDiff") else before.get("outputs"), path)
    new = paths.find(after.get("inputs"), path)
    old, new = hide(last, old), hide(last, new)
    secret = holds_secret(old) or holds_secret(new) or HIDDEN in (_above(before, path), _above(after, path))
    kind = _KINDS.get(str(detail.get("kind", "")).removesuffix("-replace"), Kind.CHANGED)
    replaces = str(detail.get("kind", "")).endswith("-replace")
    if old == new and not secret and not replaces and not detail.get("inputDiff"):
        return None
    if secret:
        old = new = None
    return Difference(name, kind, old, new, replaces=replaces, secret=secret, unknown=holds_unknown(new))


def _above(side: dict[str, Any], path: paths.Path) -> Json:
    """Return the nearest value at the path or above it, which may hide the property; None if there is none."""
    for length in range(len(path), 0, -1):
        value = paths.find(side.get("inputs"), path[:length])
        if value is not None:
            return value
    return None


def _covers(outer: str, inner: str) -> bool:
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}["))
