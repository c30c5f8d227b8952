"""The rows of the dashboard, as far as the app exports their series."""

from collections.abc import Iterator

from slipway.alert_rules import Series, Watched
from slipway.contract.metrics import Info, Metrics
from slipway.contract.panels import Row
from slipway.scraping import POD

from .panel import Panel, Query

_PODS = f"{{{{{POD}}}}}"
"""The legend that names the pod of the app's own series."""


def releases(app: Watched) -> tuple[Panel, ...]:
    metrics = app.metrics or Metrics()
    return (
        *_which(app.series, "Code", "Replicas by the commit and build that they run.", metrics.code),
        *_which(app.series, "Model", "Replicas by the model that they answer with.", metrics.model),
        _replicas(app.series, metrics),
    )


def _which(series: Series, title: str, description: str, info: Info | None) -> Iterator[Panel]:
    if info:
        count = f"count by ({', '.join(info.labels)}) ({series.app(info.series)})"
        queries = (Query(expression=count, legend=info.legend),)
        yield Panel(title=title, description=description, queries=queries, type="state-timeline")


def _replicas(series: Series, metrics: Metrics) -> Panel:
    shown = {
        "wanted": series.kube("kube_deployment_spec_replicas"),
        "available": series.kube("kube_deployment_status_replicas_available"),
    }
    if metrics.ready:
        shown["ready"] = series.app(metrics.ready)
    return Panel(
        title="Replicas",
        description="Wanted, available, and taking traffic." if metrics.ready else "Wanted, and available.",
        queries=tuple(Query(expression=f"sum({each})", legend=legend) for legend, each in shown.items()),
    )


def promise(app: Watched) -> tuple[Panel, ...]:
    return (*_requests(app), *_latency(app))


def _requests(app: Watched) -> Iterator[Panel]:
    requests, promised = app.metrics.requests if app.metrics else None, app.level.availability
    if requests is None or promised is None:
        return
    asked = app.series.requests(requests, "5m", by=requests.status)
    yield Panel(
        title="Requests a second",
        description=f"By status; {requests.left_out} are left out." if requests.left_out else "By status.",
        queries=(Query(expression=asked, legend=f"{{{{{requests.status}}}}}"),),
        unit="reqps",
    )
    windows = {"5m": "5 minutes", "1h": "1 hour", "1d": "1 day"}
    yield Panel(
        title="Failed requests",
        description=f"Share of server errors; the line is what {promised:g}% allows.",
        queries=tuple(
            Query(expression=app.series.recorded_ratio(window), legend=words) for window, words in windows.items()
        ),
        unit="percentunit",
        limit=(100 - promised) / 100,
    )


def _latency(app: Watched) -> Iterator[Panel]:
    metrics = app.metrics
    if metrics is None or metrics.latency is None:
        return
    yield Panel(
        title="Time to answer",
        description=(f"Seconds within which {metrics.work} are answered; the line is what is promised for 99 of 100."),
        queries=tuple(
            Query(expression=app.series.latency(metrics.latency, share, "5m"), legend=f"p{share * 100:g}")
            for share in (0.5, 0.95, 0.99)
        ),
        unit="s",
        limit=app.level.p99_seconds,
    )


def room(app: Watched) -> tuple[Panel, ...]:
    return (*_stages(app), *_saturation(app), _processors(app.series), _memory(app.series), _restarts(app))


def _stages(app: Watched) -> Iterator[Panel]:
    stages = app.metrics.stages if app.metrics else None
    if stages:
        yield Panel(
            title="Stages",
            description="Seconds that 95 of 100 requests spend; the line is the longest wait that is accepted.",
            queries=tuple(
                Query(expression=app.series.stage(stages, stage, 0.95, "5m"), legend=stage) for stage in stages.shown
            ),
            unit="s",
            limit=app.level.queue_seconds,
        )


def _saturation(app: Watched) -> Iterator[Panel]:
    for gauge in app.metrics.saturation if app.metrics else ():
        queries = (Query(expression=app.series.app(gauge.series), legend=_PODS),)
        yield Panel(title=gauge.title, description=gauge.description, queries=queries)


def _processors(series: Series) -> Panel:
    throttled = series.kube("container_cpu_cfs_throttled_periods_total", 'container!=""')
    periods = series.kube("container_cpu_cfs_periods_total", 'container!=""')
    cores = series.kube("container_cpu_usage_seconds_total", 'container!=""')
    return Panel(
        title="Processors",
        description="Cores used by each replica, and the share of time in which it was held back at its limit.",
        queries=(
            Query(expression=f"sum by (pod) (rate({cores}[5m]))", legend="{{pod}} cores"),
            Query(
                expression=f"sum by (pod) (rate({throttled}[5m])) / sum by (pod) (rate({periods}[5m]))",
                legend="{{pod}} held back",
            ),
        ),
    )


def _memory(series: Series) -> Panel:
    used = series.kube("container_memory_working_set_bytes", 'container!=""')
    limit = series.kube("kube_pod_container_resource_limits", 'resource="memory"')
    return Panel(
        title="Memory",
        description="Share of its limit that each replica uses.",
        queries=(Query(expression=f"max by (pod) ({used}) / max by (pod) ({limit})", legend="{{pod}}"),),
        unit="percentunit",
        width=12,
    )


def _restarts(app: Watched) -> Panel:
    restarts = app.series.kube("kube_pod_container_status_restarts_total")
    again = Query(expression=f"sum by (pod) (increase({restarts}[1h]))", legend="{{pod}} restarts")
    losses = app.metrics.losses if app.metrics else None
    if losses is None:
        words = "Containers started again in an hour."
        return Panel(title="Restarts", description=words, queries=(again,), width=12)
    lost = f"sum by ({POD}) (increase({app.series.app(losses.series)}[1h]))"
    return Panel(
        title=f"Restarts and lost {losses.of}",
        description=f"Containers started anew, and {losses.description}, in an hour.",
        queries=(again, Query(expression=lost, legend=f"{_PODS} {losses.of}")),
        width=12,
    )


def own(app: Watched, row: Row) -> tuple[Panel, ...]:
    """A row that only this app has."""
    return tuple(
        Panel(
            title=panel.title,
            description=panel.description,
            queries=tuple(
                Query(expression=app.filled(query.expression), legend=app.filled(query.legend))
                for query in panel.queries
            ),
            type=panel.type,
            unit=panel.unit,
            width=panel.width,
        )
        for panel in row.panels
    )
