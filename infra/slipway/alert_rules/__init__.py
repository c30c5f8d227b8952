"""Prometheus rules as plain data: those that wake people, and those that only tell them."""

from . import certificates, cluster, objective, service
from .promql import Series
from .rule import Alert, Group, Recording, Severity
from .watched import Watched, watched

__all__ = ["Alert", "Group", "Recording", "Series", "Severity", "Watched", "groups", "watched"]


def groups(app: Watched, *, issued: bool = False) -> tuple[Group, ...]:
    """Every rule group of an environment; Azure takes at most 20 rules in each. `issued`: it issues a certificate."""
    promise = objective.group(app)
    shown = (certificates.group(app.series.namespace),) if issued else ()
    return (*((promise,) if promise else ()), service.group(app), cluster.group(), *shown)
