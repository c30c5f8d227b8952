"""Expressions that rules and dashboard share, each written once.

All keep the label `cluster`: one metrics workspace may hold several clusters.
"""

from dataclasses import dataclass

from slipway.scraping import NAMESPACE

ASIDE = "/healthz|/readyz|/metrics|/v2/health/.+|[(]none[)]"
"""Routes that only machines of our own ask, and paths that do not exist: they would water the shares down."""

SCORED = "/score|/v1/classify|/v2/models/.+/infer"
"""Routes that look at a picture: the others answer at once and would hide how long that takes."""


@dataclass(frozen=True)
class Series:
    """The series of one environment's app, found by its namespace."""

    namespace: str

    def app(self, metric: str, *matchers: str) -> str:
        """A metric that the app exports."""
        return _select(metric, f'{NAMESPACE}="{self.namespace}"', *matchers)

    def kube(self, metric: str, *matchers: str) -> str:
        """A metric about the namespace's objects and containers."""
        return _select(metric, f'namespace="{self.namespace}"', *matchers)

    def requests(self, window: str, *matchers: str, by: str = "cluster") -> str:
        """Requests a second, what is asked aside left out."""
        series = self.app("scoring_requests_total", f'route!~"{ASIDE}"', *matchers)
        return f"sum by ({by}) (rate({series}[{window}]))"

    def failures(self, window: str) -> str:
        """Server errors in `window`."""
        series = self.app("scoring_requests_total", f'route!~"{ASIDE}"', 'status=~"5.."')
        return f"sum by (cluster) (increase({series}[{window}]))"

    def failure_ratio(self, window: str) -> str:
        """Share of requests that were answered with a server error; nothing where there were none.

        Without the zero a series of failures that never began would hide that everything went well.
        """
        failed, asked = self.requests(window, 'status=~"5.."'), self.requests(window)
        return f"({failed} or 0 * {asked}) / ({asked} > 0)"

    def latency(self, quantile: float, window: str) -> str:
        """Seconds within which this share of pictures was answered."""
        series = self.app("scoring_request_seconds_bucket", f'route=~"{SCORED}"')
        return f"histogram_quantile({quantile:g}, sum by (cluster, le) (rate({series}[{window}])))"

    def stage(self, stage: str, quantile: float, window: str) -> str:
        """Seconds within which this share of requests had passed a stage."""
        series = self.app("scoring_stage_seconds_bucket", f'stage="{stage}"')
        return f"histogram_quantile({quantile:g}, sum by (cluster, le) (rate({series}[{window}])))"


def recorded_ratio(window: str) -> str:
    """Name under which the failure ratio over `window` is recorded."""
    return f"service:scoring_request_failures:ratio_rate{window}"


def _select(metric: str, *matchers: str) -> str:
    return f"{metric}{{{','.join(matchers)}}}"
