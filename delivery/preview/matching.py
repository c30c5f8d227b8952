"""Pairs of a resource of the base and one of the head: by key, then by alias, as the engine does it."""

from collections.abc import Iterable

from .model import State

Pair = tuple[State | None, State | None]


def match(base: Iterable[State], head: Iterable[State]) -> list[Pair]:
    """Every resource of both sides once: with its other side, or alone."""
    left = {state.key: state for state in base}
    right = {state.key: state for state in head}
    partners = {key: key for key in right if key in left}
    by_short: dict[str, list[State]] = {}
    for state in left.values():
        by_short.setdefault(f"{state.type}::{state.name}", []).append(state)
    # Parents first: a child inherits what its parent was called.
    for state in sorted(right.values(), key=lambda state: state.key.count("$")):
        if state.key in partners:
            continue
        taken = set(partners.values())
        for old in _former(state, left, right, partners, by_short):
            if old not in taken:
                partners[state.key] = old
                break
    pairs: list[Pair] = [(left[partners[key]] if key in partners else None, state) for key, state in right.items()]
    gone = left.keys() - set(partners.values())
    return pairs + [(left[key], None) for key in left if key in gone]


def _former(
    state: State,
    left: dict[str, State],
    right: dict[str, State],
    partners: dict[str, str],
    by_short: dict[str, list[State]],
) -> list[str]:
    """Keys of the base that the resource may have had, best first."""
    found = []
    for alias in state.options.get("aliases", []):
        if not isinstance(alias, str):
            continue
        if alias.startswith("urn:"):
            found.append("::".join(alias.split("::")[2:]))
        else:
            short = alias if "::" in alias else f"{state.type}::{alias}"
            found += [old.key for old in by_short.get(short, [])]
    parent = right.get(state.parent) if state.parent else None
    old_parent = left.get(partners.get(parent.key, "")) if parent else None
    if parent and old_parent and old_parent.key != parent.key:
        chain = old_parent.key.rpartition("::")[0]
        names = [state.name]
        if state.name.startswith(parent.name):
            names.append(old_parent.name + state.name.removeprefix(parent.name))
        found += [f"{chain}${state.type}::{name}" for name in names]
    return [key for key in found if key in left]
