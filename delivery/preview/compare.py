"""Comparison of two rendered states: the preview that needs no engine, credentials or network."""

from dataclasses import replace
from functools import cache

from . import paths
from .cascade import follow
from .difference import differences, option_differences
from .matching import match
from .model import Change, Difference, Json, Kind, Operation, OutputChange, Part, Preview, State
from .replace_rules import provider_moves, refusal, replaces
from .states import Rendered
from .values import holds_secret, holds_unknown


def compare(base: Rendered | None, head: Rendered, source: str, notes: tuple[str, ...] = ()) -> Preview:
    """Return what the head does to a stack that is as the base declares it. Without a base everything is new."""
    pairs = match(base.resources if base else (), head.resources)
    changes = follow([change(old, new) for old, new in pairs])
    outputs = output_changes(base.outputs if base else {}, head.outputs)
    return Preview(head.project, head.stack, source, tuple(changes), outputs, notes)


def change(old: State | None, new: State | None) -> Change:
    """Return what happens to one resource, by itself."""
    if old is None or new is None:
        return Change(Operation.CREATE if old is None else Operation.DELETE, old, new)
    options = tuple(_option_consequences(option_differences(new.type, old.options, new.options)))
    if new.component:
        return Change(Operation.SAME, old, new, options)
    found = [_verdict(new, difference) for difference in differences(new.type, old.inputs, new.inputs)]
    every = (*found, *options)
    if any(difference.replaces for difference in every):
        return Change(Operation.REPLACE, old, new, every)
    updated = any(not difference.ignored for difference in found)
    return Change(Operation.UPDATE if updated else Operation.SAME, old, new, every)


def output_changes(old: dict[str, Json], new: dict[str, Json]) -> tuple[OutputChange, ...]:
    """The stack outputs that differ."""
    found = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        kind = Kind.ADDED if name not in old else Kind.REMOVED if name not in new else Kind.CHANGED
        secret = holds_secret(before) or holds_secret(after)
        sides = (None, None) if secret else (before, after)
        found.append(OutputChange(name, kind, *sides, secret=secret, unknown=holds_unknown(after)))
    return tuple(found)


def ignored(state: State, path: str) -> bool:
    """Return True where the resource's options make the engine leave this property as it is."""
    patterns = state.options.get("ignoreChanges", ())
    if not patterns:
        return False
    pattern = _pattern(path)
    return any(
        pattern == wanted or pattern.startswith((f"{wanted}.", f"{wanted}["))
        for wanted in (_pattern(given.replace("[*]", "[0]")) for given in patterns)
    )


def _verdict(state: State, difference: Difference) -> Difference:
    if ignored(state, difference.path):
        return replace(difference, ignored=True)
    pattern = _pattern(difference.path)
    extra = state.options.get("replaceOnChanges", ())
    replacing = replaces(state.type, pattern, tuple(extra)) or (
        state.type == "pulumi:providers:kubernetes" and provider_moves(state.inputs, pattern)
    )
    if replacing:
        return replace(difference, replaces=True)
    return replace(difference, refused=refusal(state.type, pattern, difference.old, difference.new))


def _option_consequences(found: list[Difference]) -> list[Difference]:
    """Return the differing options. Another provider means another account or cluster, so it replaces the resource."""
    return [
        replace(option, replaces=True) if option.path == "provider" and option.kind is Kind.CHANGED else option
        for option in found
        if option.part is Part.OPTION
    ]


@cache
def _pattern(path: str) -> str:
    return paths.pattern(paths.parse(path))
