"""Property paths, as the engine writes them: `spec.ports[0].port`, `metadata.annotations["a.b/c"]`."""

import re
from collections.abc import Iterable, Sequence

from .model import Json, State

Step = str | int
Path = tuple[Step, ...]

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")
_TOKEN = re.compile(r'\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|(\[[^\]"]*\])|\.?([^.\[\]"]+)')

NAMING_KEYS = ("name", "key", "id", "mountPath", "containerPort", "port", "objectId", "issuerRef", "category", "alert")
"""Keys that set the members of a list apart, best first."""


def parse(text: str) -> Path:
    """The steps of a path. What cannot be read as one is a single step."""
    steps: list[Step] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return (text,)
        index, quoted, named_member, plain = match.groups()
        if index is not None:
            steps.append(int(index))
        elif quoted is not None:
            steps.append(re.sub(r"\\(.)", r"\1", quoted))
        else:
            steps.append(named_member or plain)
        at = match.end()
    return tuple(steps)


def show(path: Iterable[Step]) -> str:
    """The path as text: members of a list in brackets, names with dots or spaces in quotes."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.startswith("[") and step.endswith("]"):
            text += step
        elif _PLAIN.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += '["' + step.replace("\\", "\\\\").replace('"', '\\"') + '"]'
    return text


def naming_key(*lists: Sequence[Json]) -> str:
    """The key that tells the members of all these lists apart, or nothing."""
    for key in NAMING_KEYS:
        if all(_names(members, key) for members in lists):
            return key
    return ""


def member(key: str, item: Json) -> str:
    """The step to a member of a list that `key` names: `[app]`."""
    return f"[{item[key]}]"


def named(path: Path, *roots: Json) -> Path:
    """The path with positions in lists turned into their members' names, looked up in the first root that has them."""
    for root in roots:
        steps, value, whole = [], root, True
        for step in path:
            if isinstance(step, int) and isinstance(value, list) and step < len(value):
                key = naming_key(value)
                steps.append(member(key, value[step]) if key else step)
                value = value[step]
            elif isinstance(step, str) and isinstance(value, dict) and step in value:
                steps.append(step)
                value = value[step]
            else:
                whole = False
                break
        if whole:
            return tuple(steps)
    return path


def find(root: Json, path: Path) -> Json:
    """Return what stands at the path, or None."""
    value = root
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def at(state: State | None, path: str) -> Json:
    """Return a property of one side, None where it is not there."""
    return find(state.inputs, parse(path)) if state else None


def within(pattern: str, outer: str) -> bool:
    """Return whether the pattern is `outer`, or inside of it; one that ends in `/` stands for all that begin so."""
    return pattern == outer or pattern.startswith((f"{outer}.", f"{outer}[", *([outer] if outer[-1:] == "/" else [])))


def pattern(path: Iterable[Step]) -> str:
    """The path without positions and names of members, for tables: `spec.ports[].port`."""
    text = ""
    for step in path:
        if isinstance(step, int) or (step.startswith("[") and step.endswith("]")):
            text += "[]"
        else:
            text += f".{step}" if text else step
    return text


def _names(members: Sequence[Json], key: str) -> bool:
    values = [item.get(key) if isinstance(item, dict) else None for item in members]
    return all(isinstance(value, str | int) for value in values) and len(set(values)) == len(values)
