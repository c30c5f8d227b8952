"""Prometheus rules as plain data: those that wake people, and those that only tell them."""

from . import cluster, objective, service
from .promql import Series
from .rule import Alert, Group, Recording, Severity
from .watched import Watched, watched

__all__ = ["Alert", "Group", "Recording", "Series", "Severity", "Watched", "groups", "watched"]


def groups(app: Watched) -> tuple[Group, ...]:
    """Every rule group of an environment; Azure takes at most 20 rules in each."""
    promise = objective.group(app)
    return (*((promise,) if promise else ()), service.group(app), cluster.group())
