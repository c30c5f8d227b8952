"""Expressions that rules and dashboard share, each written once.

All keep the label `cluster`: one metrics workspace may hold several clusters.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from slipway.contract.metrics import LatencySeries, RequestSeries, StageSeries
from slipway.contract.placeholders import fill
from slipway.scraping import NAMESPACE, POD


@dataclass(frozen=True)
class Series:
    """The series of one environment's app, found by its namespace. `app` is the app's name in recorded series."""

    namespace: str
    name: str

    def app(self, metric: str, *matchers: str | None) -> str:
        """A metric that the app exports."""
        return _select(metric, self._own, *matchers)

    def kube(self, metric: str, *matchers: str) -> str:
        """A metric about the namespace's objects and containers."""
        return _select(metric, self._objects, *matchers)

    def requests(self, given: RequestSeries, window: str, *matchers: str, by: str = "cluster") -> str:
        """Requests a second, what does not count left out."""
        series = self.app(given.series, given.matching, *matchers)
        return f"sum by ({by}) (rate({series}[{window}]))"

    def failures(self, given: RequestSeries, window: str) -> str:
        """Failed requests in `window`."""
        series = self.app(given.series, given.matching, _failed(given))
        return f"sum by (cluster) (increase({series}[{window}]))"

    def failure_ratio(self, given: RequestSeries, window: str) -> str:
        """Share of requests that failed; nothing where there were none.

        Without the zero a series of failures that never began would hide that everything went well.
        """
        failed, asked = self.requests(given, window, _failed(given)), self.requests(given, window)
        return f"({failed} or 0 * {asked}) / ({asked} > 0)"

    def recorded_ratio(self, window: str) -> str:
        """Name under which the failure ratio over `window` is recorded."""
        name = re.sub(r"[^a-zA-Z0-9_]", "_", self.name)
        return f"service:{name}_request_failures:ratio_rate{window}"

    def latency(self, given: LatencySeries, quantile: float, window: str) -> str:
        """Seconds within which this share of requests was answered."""
        series = self.app(f"{given.series}_bucket", given.matching)
        found = f"histogram_quantile({quantile:g}, sum by (cluster, le) (rate({series}[{window}])))"
        return found if given.unit == "seconds" else f"{found} / 1000"

    def answered(self, given: LatencySeries, window: str) -> str:
        """Return the query for the number of requests that the latency is measured by."""
        series = self.app(f"{given.series}_count", given.matching)
        return f"sum by (cluster) (increase({series}[{window}]))"

    def stage(self, given: StageSeries, stage: str, quantile: float, window: str) -> str:
        """Seconds within which this share of requests had passed a stage."""
        series = self.app(f"{given.series}_bucket", f'{given.label}="{stage}"')
        return f"histogram_quantile({quantile:g}, sum by (cluster, le) (rate({series}[{window}])))"

    def filled(
        self,
        text: str,
        numbers: Mapping[str, str],
        *,
        requests: RequestSeries | None = None,
        latency: LatencySeries | None = None,
    ) -> str:
        """An expression of a contract, its placeholders filled in; `numbers` are those of settings and promises."""
        matchers = {
            "app": self._own,
            "kube": self._objects,
            "requests": _joined(self._own, requests.matching if requests else None),
            "latency": _joined(self._own, latency.matching if latency else None),
        }
        return fill(text, {**matchers, **numbers, "pod": POD})

    @property
    def _own(self) -> str:
        return f'{NAMESPACE}="{self.namespace}"'

    @property
    def _objects(self) -> str:
        return f'namespace="{self.namespace}"'


def _failed(given: RequestSeries) -> str:
    return f'{given.status}=~"{given.failed}"'


def _select(metric: str, *matchers: str | None) -> str:
    return f"{metric}{{{_joined(*matchers)}}}"


def _joined(*matchers: str | None) -> str:
    return ",".join(one for one in matchers if one)
