"""The material of rules and dashboard: the environment's series, the app's contract, and what is promised."""

from collections.abc import Mapping
from dataclasses import dataclass

from slipway.config.facts import counted
from slipway.config.monitoring import ServiceLevel
from slipway.config.workload import Workload
from slipway.contract.application import Application
from slipway.contract.metrics import Metrics, Saturation

from .promql import Series


@dataclass(frozen=True, kw_only=True)
class Watched:
    """An app in its namespace. `numbers` are what placeholders of its contract stand for, by their names."""

    series: Series
    metrics: Metrics | None
    level: ServiceLevel
    numbers: Mapping[str, float]

    def filled(self, text: str) -> str:
        """An expression or words of the contract, its placeholders filled in."""
        metrics = self.metrics or Metrics()
        numbers = {name: f"{value:.15g}" for name, value in self.numbers.items()}
        return self.series.filled(text, numbers, requests=metrics.requests, latency=metrics.latency)

    def bound(self, gauge: Saturation) -> float:
        """The most that a gauge can be."""
        return self.numbers[f"settings.{gauge.bound_from}"] if gauge.bound_from else gauge.bound or 0


def watched(namespace: str, app: Application, workload: Workload, level: ServiceLevel) -> Watched:
    """The app of an environment."""
    facts = counted(workload)
    values = {f"settings.{name}": app.value(name, facts) for name in app.contract.settings}
    values |= {f"serviceLevel.{name}": value for name, value in level.model_dump(by_alias=True).items()}
    return Watched(
        series=Series(namespace, app.contract.name),
        metrics=app.contract.metrics,
        level=level,
        numbers={name: value for name, value in values.items() if isinstance(value, int | float)},
    )
