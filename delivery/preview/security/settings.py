"""Settings whose values have an order from weak to strong, and for how long things are kept."""

from collections.abc import Iterator

from delivery.preview.model import Change, Operation, State

from .effect import Effect, at
from .table import KEPT, SETTINGS, Setting
from .table import ON_BY_DEFAULT_IS_WEAK as SHARED


def settings(change: Change) -> Iterator[Effect]:
    """Each setting of the table that moved; of a new resource, each that is as weak as can be though that was said."""
    if change.new is None:
        return
    for setting in SETTINGS.get(change.new.type, ()):
        new = _level(setting, change.new)
        if change.operation is Operation.CREATE:
            # What a service or its SDK fills in for everybody says nothing about this resource.
            told = at(change.new, setting.path)
            if new == 0 and told is not None and (told != setting.levels.default or setting.levels is SHARED):
                yield Effect(setting.weak)
            continue
        old = _level(setting, change.old)
        if old is not None and new is not None and old != new:
            yield Effect(setting.weak) if new < old else Effect(setting.strong, loosens=False)
    for path, text in KEPT.get(change.new.type, {}).items():
        before, after = at(change.old, path), at(change.new, path)
        if isinstance(before, int | float) and isinstance(after, int | float) and before != after:
            yield Effect(text.format(old=f"{before:g}", new=f"{after:g}"), loosens=after < before)


def _level(setting: Setting, state: State | None) -> int | None:
    """Where the value stands among the levels; None if that cannot be said."""
    value = at(state, setting.path)
    values, default = setting.levels
    value = default if value is None else value
    return values.index(value) if value in values else None
