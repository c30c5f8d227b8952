"""What keeps things from being deleted: the engine's protection, locks, and what is kept when a stack goes."""

from collections.abc import Iterator

from delivery.preview.model import Change, Operation

from .effect import Effect, at


def protection(change: Change) -> Iterator[Effect]:
    """Protection taken away or given."""
    old, new = change.old, change.new
    if old and new:
        if old.protected != new.protected:
            yield Effect("is protected", loosens=False) if new.protected else Effect("is no longer protected")
        kept = bool(old.options.get("retainOnDelete")), bool(new.options.get("retainOnDelete"))
        if kept == (True, False):
            yield Effect("is no longer kept when it is deleted from the program")
    state = change.state
    if ":ManagementLock" in state.type or state.type.endswith(
        ("ManagementLockByScope", "ManagementLockAtResourceLevel")
    ):
        yield from _lock(change)


def _lock(change: Change) -> Iterator[Effect]:
    if change.operation is Operation.DELETE:
        yield Effect("no longer stops deletions")
    elif change.operation is not Operation.CREATE:
        levels = ("ReadOnly", "CanNotDelete")
        before, after = at(change.old, "level"), at(change.new, "level")
        if before in levels and after in levels and before != after:
            yield Effect(f"level is {after}, not {before}", loosens=levels.index(after) > levels.index(before))
