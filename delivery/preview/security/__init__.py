"""Security: rules about what is known to matter, and closed doors for the rest."""

from collections.abc import Callable, Iterator

from delivery.preview.model import Change, Effect, Operation

from .access import access
from .guards import protection, unexplained
from .networks import networks
from .pipelines import pipelines
from .pods import pods
from .settings import settings

_RULES: tuple[Callable[[Change], Iterator[Effect]], ...] = (
    protection,
    access,
    networks,
    pipelines,
    pods,
    settings,
)


def find_effects(change: Change) -> list[Effect]:
    """Return what the change loosens or tightens, gravest first as the rules stand."""
    if change.operation in (Operation.READ, Operation.REFRESH, Operation.FORGET) or change.state.component:
        return []
    known = [effect for rule in _RULES for effect in rule(change)]
    return [*known, *unexplained(change, known)]
