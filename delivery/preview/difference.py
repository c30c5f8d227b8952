"""The properties in which two sides of a resource differ, without noise."""

from collections.abc import Iterator
from dataclasses import dataclass

from . import noise, paths
from .kinds import CHANGED_BY_AZURE
from .model import Difference, Json, Kind, Part
from .paths import Path
from .values import holds_secret, holds_unknown, is_secret

_MISSING = None


def differences(resource_type: str, old: dict[str, Json], new: dict[str, Json]) -> list[Difference]:
    """Property by property, in the order of their paths."""
    if old == new:
        return []
    return list(_Walk(resource_type).dictionaries((), old, new))


def option_differences(resource_type: str, old: dict[str, Json], new: dict[str, Json]) -> list[Difference]:
    """Return the options that differ. Order and aliases do not decide what happens to the resource.

    Nor does leaving alone what Azure changes by itself: the program does so from the second `up` on.
    """
    silent = ["aliases", "dependsOn", "component"]
    if all(_leaves_azures(resource_type, options) for options in (old, new)):
        silent.append("ignoreChanges")
    left = {key: value for key, value in old.items() if key not in silent}
    right = {key: value for key, value in new.items() if key not in silent}
    return [
        Difference(found.path, found.kind, found.old, found.new, part=Part.OPTION)
        for found in differences("pulumi:options", left, right)
        if found.kind is not Kind.REORDERED
    ]


def _leaves_azures(resource_type: str, options: dict[str, Json]) -> bool:
    """Return whether the engine leaves alone nothing of the resource but what Azure changes by itself."""
    left_alone = options.get("ignoreChanges") or []
    return isinstance(left_alone, list) and set(left_alone) <= set(CHANGED_BY_AZURE.get(resource_type, ()))


@dataclass(frozen=True, slots=True)
class _Walk:
    type: str

    def dictionaries(self, path: Path, old: dict[str, Json], new: dict[str, Json]) -> Iterator[Difference]:
        for key in sorted(old.keys() | new.keys()):
            left, right = old.get(key, _MISSING), new.get(key, _MISSING)
            if left is not right:
                yield from self._values((*path, key), left, right)

    def _values(self, path: Path, old: Json, new: Json) -> Iterator[Difference]:
        if old == new and type(old) is type(new):
            return
        if noise.empty(self.type, old) and noise.empty(self.type, new):
            return
        if is_secret(old) or is_secret(new):
            yield _secret(path, old, new)
        elif isinstance(old, dict) and isinstance(new, dict):
            yield from self.dictionaries(path, old, new)
        elif isinstance(old, list) and isinstance(new, list):
            yield from self._lists(path, old, new)
        elif old is None or new is None:
            yield from self._one_sided(path, old, new)
        elif not noise.same_scalar(paths.pattern(path), old, new):
            yield _difference(path, Kind.CHANGED, old, new)

    def _one_sided(self, path: Path, old: Json, new: Json) -> Iterator[Difference]:
        """A property that one side does not have: nothing where the other spells a default out."""
        value = new if old is None else old
        if (
            isinstance(value, dict)
            and value
            and all(self._is_default((*path, key), item) for key, item in value.items())
        ):
            return
        if not self._is_default(path, value):
            yield _difference(path, Kind.ADDED if old is None else Kind.REMOVED, old, new)

    def _is_default(self, path: Path, value: Json) -> bool:
        return bool(noise.default(self.type, paths.pattern(path)) == value)

    def _lists(self, path: Path, old: list[Json], new: list[Json]) -> Iterator[Difference]:
        key = paths.naming_key(*(side for side in (old, new) if side))
        if key:
            left = {paths.member(key, item): item for item in old}
            right = {paths.member(key, item): item for item in new}
            found = list(self.dictionaries(path, left, right))
            yield from found
            if not found and [name for name in left if name in right] != list(right):
                yield from self._reordered(path, old, new)
            return
        if not any(isinstance(item, dict | list) for item in (*old, *new)):
            yield from self._scalars(path, old, new)
        else:
            yield from self._positions(path, old, new)

    def _scalars(self, path: Path, old: list[Json], new: list[Json]) -> Iterator[Difference]:
        if sorted(map(repr, old)) == sorted(map(repr, new)):
            yield from self._reordered(path, old, new)
        elif not _same_set(paths.pattern(path), old, new):
            yield _difference(path, Kind.CHANGED, old, new)

    def _positions(self, path: Path, old: list[Json], new: list[Json]) -> Iterator[Difference]:
        """Members without a name: those that both sides have are matched first, the rest by position."""
        left = [item for item in old if item not in new]
        right = [item for item in new if item not in old]
        if not left and not right:
            if len(old) == len(new):
                yield from self._reordered(path, old, new)
            else:
                yield _difference(path, Kind.CHANGED, old, new)
            return
        for position in range(max(len(left), len(right))):
            before = left[position] if position < len(left) else None
            after = right[position] if position < len(right) else None
            index = new.index(after) if after is not None else old.index(before)
            yield from self._values((*path, index), before, after)

    def _reordered(self, path: Path, old: list[Json], new: list[Json]) -> Iterator[Difference]:
        name = next((step for step in reversed(path) if isinstance(step, str) and not step.startswith("[")), "")
        # A list in a pod's template is part of its hash: another order starts new pods.
        if name in noise.SET_LIKE and ".template." not in paths.pattern(path):
            return
        yield _difference(path, Kind.REORDERED, old, new)


def _same_set(pattern: str, old: list[Json], new: list[Json]) -> bool:
    return len(old) == len(new) and all(
        noise.same_scalar(pattern, left, right) for left, right in zip(old, new, strict=True)
    )


def _difference(path: Path, kind: Kind, old: Json, new: Json) -> Difference:
    return Difference(
        paths.show(path),
        kind,
        old,
        new,
        secret=holds_secret(old) or holds_secret(new),
        unknown=holds_unknown(new),
    )


def _secret(path: Path, old: Json, new: Json) -> Difference:
    kind = Kind.ADDED if old is None else Kind.REMOVED if new is None else Kind.CHANGED
    return Difference(paths.show(path), kind, secret=True)
