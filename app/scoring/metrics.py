"""Prometheus metrics: requests, latency by stage, the queue, and which code and model answer."""

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0

from .manifest import Manifest
from .pool import WorkerPool

CONTENT_TYPE = CONTENT_TYPE_PLAIN_1_0_0
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_CONFIDENCE = tuple(tenth / 10 for tenth in range(1, 10))


class Metrics:
    """The metrics of one service, in a registry of its own. Written by the event loop's thread alone."""

    def __init__(self, commit: str, build: str, pool: WorkerPool, ready: Callable[[], bool]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # it would double the series
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._requests = self._counter("requests", "Requests answered.", "method", "route", "status")
        self._latency = self._histogram("request_seconds", "Whole time of a request in the app.", "route")
        self._stages = self._histogram("stage_seconds", "Time by stage of a request.", "stage")
        text = "Probability of the most probable class; a shift tells of pictures the model was not made for."
        self._confidence = Histogram("scoring_top_probability", text, buckets=_CONFIDENCE, registry=self._registry)
        self.not_finite = self._counter("not_finite", "Requests for which the model gave NaN or infinity.")
        self._model = self._gauge("model_info", "The model that answers.", "name", "version", "sha256")
        self._gauge("build_info", "The code that answers.", "commit", "build").labels(commit, build).set(1)
        # Read whenever metrics are asked for.
        self._gauge("ready", "1 while the service takes traffic.").set_function(lambda: float(ready()))
        self._gauge("queue_waiting", "Requests that no worker has taken yet.").set_function(lambda: pool.waiting)
        self._gauge("in_hand", "Requests accepted and not yet answered.").set_function(lambda: pool.in_hand)
        pool.on_loss = self._counter("workers_lost", "Worker processes that died or were killed.").inc

    def set_model(self, manifest: Manifest) -> None:
        """Name the model that answers."""
        self._model.labels(manifest.name, manifest.version, manifest.sha256).set(1)

    def count_answer(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer; `route` is the rule, never the path, so that scanners make no new series."""
        self._requests.labels(method, route, str(status)).inc()
        self._latency.labels(route).observe(seconds)

    def count_job(self, stages: dict[str, float], best: list[float]) -> None:
        """Record where the time of one request went, and the probability of each picture's first class."""
        for stage, seconds in stages.items():
            self._stages.labels(stage).observe(seconds)
        for probability in best:
            self._confidence.observe(probability)

    def text(self) -> bytes:
        """The exposition document."""
        return generate_latest(self._registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"scoring_{name}", text, labels, registry=self._registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"scoring_{name}", text, labels, registry=self._registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(f"scoring_{name}", text, labels, buckets=_SECONDS, registry=self._registry)
