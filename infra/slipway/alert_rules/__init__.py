"""What wakes somebody, and what only tells them: Prometheus rules as plain data."""

from slipway.config.monitoring import ServiceLevel

from . import cluster, objective, service
from .promql import Series
from .rule import Alert, Group, Recording, Severity

__all__ = ["Alert", "Group", "Recording", "Series", "Severity", "groups"]


def groups(level: ServiceLevel, series: Series, *, queue_limit: int) -> tuple[Group, ...]:
    """Every rule group of an environment; Azure takes at most 20 rules in each.

    `queue_limit` is how many requests may wait inside one replica.
    """
    return (objective.group(level, series), service.group(level, series, queue_limit), cluster.group())
