"""What a change means for security: a table of settings, and a module for each thing that is more than one setting."""

from collections.abc import Callable, Iterator

from delivery.preview.model import Change, Operation

from .access import access
from .effect import Effect
from .networks import networks
from .pipelines import pipelines
from .pods import pods
from .protection import protection
from .settings import settings

_RULES: tuple[Callable[[Change], Iterator[Effect]], ...] = (
    protection,
    access,
    networks,
    pipelines,
    pods,
    settings,
)


def effects(change: Change) -> list[Effect]:
    """What the change loosens or tightens, gravest first as the rules stand."""
    if change.operation in (Operation.READ, Operation.REFRESH, Operation.FORGET):
        return []
    return [effect for rule in _RULES for effect in rule(change)]


__all__ = ["Effect", "effects"]
