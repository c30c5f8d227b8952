"""Consequences of a replacement: for what lives in the resource, and for what takes a value from it."""

from collections.abc import Iterator
from dataclasses import replace

from . import paths
from .kinds import CONTAINERS
from .model import Change, Difference, Json, Kind, Operation
from .paths import Path
from .replace_rules import replaces
from .values import UNKNOWN, references

_STANDS = (Operation.SAME, Operation.UPDATE)

Home = tuple[str, Json]
"""The type of a resource that others live in, and the name that they call it by."""

Link = tuple[str, Path, bool]
"""The key of another resource, where it is mentioned, and whether its replacement replaces this one."""


def follow(changes: list[Change]) -> list[Change]:
    """The changes, with those that follow from a replacement; each names the resources that it follows from."""
    if not any(change.operation is Operation.REPLACE for change in changes):
        return changes
    current = {change.key: change for change in changes}
    homes = _homes(changes)
    links = {change.key: list(_links(change, current, homes)) for change in changes if change.operation in _STANDS}
    fresh = {key for key, change in current.items() if change.operation is Operation.REPLACE}
    done: set[str] = set()
    while fresh:
        done |= fresh
        fresh = set()
        for key, found in links.items():
            causes = {cause for cause, _, replacing in found if replacing and cause in done}
            if causes and key not in done:
                current[key] = _replaced(current[key], sorted(causes), found)
                fresh.add(key)
    for key, found in links.items():
        if key not in done:
            current[key] = _touched(current[key], [link for link in found if link[0] in done])
    return [current[change.key] for change in changes]


def _links(change: Change, current: dict[str, Change], homes: dict[Home, list[str]]) -> Iterator[Link]:
    state = change.new
    assert state is not None
    by_short = {f"{current[key].state.type}::{current[key].state.name}": key for key in state.needs}
    for option in ("provider", "deletedWith"):
        key = by_short.get(str(state.options.get(option)))
        if key:
            yield key, (), True
    by_name: dict[str, list[str]] = {}
    for key in state.needs:
        by_name.setdefault(current[key].state.name, []).append(key)
    for path, value in _texts((), state.inputs):
        for name, _ in references(value):
            for key in by_name.get(name, []):
                yield key, path, replaces(state.type, paths.pattern(path), state.options.get("replaceOnChanges", ()))
    for container in CONTAINERS:
        if state.type.startswith(container.prefix) and state.type != container.type:
            home = container.type, paths.find(state.inputs, paths.parse(container.mentioned_as))
            for key in homes.get(home, []) if isinstance(home[1], str) else ():
                yield key, (), True


def _homes(changes: list[Change]) -> dict[Home, list[str]]:
    named_by = {container.type: paths.parse(container.named_by) for container in CONTAINERS}
    homes: dict[Home, list[str]] = {}
    for change in changes:
        state = change.state
        name = paths.find(state.inputs, named_by[state.type]) if state.type in named_by else None
        if isinstance(name, str):
            homes.setdefault((state.type, name), []).append(change.key)
    return homes


def _texts(path: Path, value: Json) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _texts((*path, key), item)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _texts((*path, position), item)
    elif isinstance(value, str) and "${" in value:
        yield path, value


def _replaced(change: Change, causes: list[str], links: list[Link]) -> Change:
    found = [link for link in links if link[0] in causes and link[1]]
    return replace(
        change,
        operation=Operation.REPLACE,
        because=tuple(causes),
        differences=(*change.differences, *_renewed(change, found)),
    )


def _touched(change: Change, links: list[Link]) -> Change:
    """A value of a replaced resource is another value, though the text that asks for it is the same."""
    renewed = _renewed(change, [link for link in links if link[1]])
    if not renewed:
        return change
    causes = tuple(sorted({link[0] for link in links}))
    return replace(change, operation=Operation.UPDATE, because=causes, differences=(*change.differences, *renewed))


def _renewed(change: Change, links: list[Link]) -> list[Difference]:
    assert change.new is not None
    known = {difference.path for difference in change.differences}
    found = {}
    for _, path, replacing in links:
        text = paths.show(paths.named(path, change.new.inputs))
        if text not in known:
            old = paths.find(change.new.inputs, path)
            found[text] = Difference(text, Kind.CHANGED, old, UNKNOWN, replaces=replacing, unknown=True)
    return list(found.values())
