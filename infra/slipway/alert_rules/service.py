"""The app on the cluster: is it there, does it start, is it fast, has it room."""

from collections.abc import Iterator

from slipway.contract.metrics import Metrics

from .own import alerts, saturation
from .promql import Series
from .rule import DURATION, NUMBER, PERCENT, Alert, Group, Severity, of
from .watched import Watched

_LEAST_ANSWERS = 100
"""One in a hundred of fewer is no measure."""

_NO_START = (
    "CrashLoopBackOff|ImagePullBackOff|ErrImagePull|InvalidImageName|"
    "CreateContainerConfigError|CreateContainerError|RunContainerError"
)


def group(app: Watched) -> Group:
    """Return the rules for what goes wrong with the app itself, most urgent first."""
    own = alerts(app)
    return Group(
        name="service",
        description="The app's replicas: there, starting, fast, with room",
        rules=(
            *_presence(app),
            *_starts(app.series),
            *_speed(app),
            *(alert for alert in own if alert.severity is not Severity.INFORMATIONAL),
            *saturation(app),
            *_room(app.series),
            *(alert for alert in own if alert.severity is Severity.INFORMATIONAL),
        ),
    )


def _presence(app: Watched) -> tuple[Alert, ...]:
    series = app.series
    wanted = f"sum by (cluster) ({series.kube('kube_deployment_spec_replicas')})"
    available = f"sum by (cluster) ({series.kube('kube_deployment_status_replicas_available')})"
    updated = f"sum by (cluster) ({series.kube('kube_deployment_status_replicas_updated')})"
    return (
        Alert(
            name="NoReplicaAvailable",
            severity=Severity.CRITICAL,
            minutes=2,
            expression=f"{available} == 0 and on (cluster) {wanted} > 0",
            summary="no replica of the app is available: nobody is served",
        ),
        *_blindness(app, wanted),
        Alert(
            name="ReplicasMissing",
            severity=Severity.WARNING,
            minutes=15,
            expression=f"{available} < {wanted}",
            summary=f"{NUMBER} replicas are available, which is fewer than wanted",
        ),
        Alert(
            name="RolloutStuck",
            severity=Severity.WARNING,
            minutes=20,
            expression=f"{updated} < {wanted}",
            summary=f"a rollout does not get on: {NUMBER} replicas are of the new release",
        ),
        *_mixture(app),
    )


def _blindness(app: Watched, wanted: str) -> Iterator[Alert]:
    if app.metrics is None:
        return
    seen = app.series.app(app.metrics.ready or "up")
    yield Alert(
        name="AppMetricsMissing",
        severity=Severity.WARNING,
        minutes=15,
        expression=f"{wanted} > 0 unless on (cluster) sum by (cluster) ({seen}) >= 0",
        summary="no replica's metrics arrive: alerts on failures and latency are blind",
    )


def _mixture(app: Watched) -> Iterator[Alert]:
    metrics = app.metrics or Metrics()
    different = [
        f"count by (cluster) (count by (cluster, {info.identity}) ({app.series.app(info.series)})) > 1"
        for info in (metrics.code, metrics.model)
        if info
    ]
    if different:
        yield Alert(
            name="SeveralReleases",
            severity=Severity.INFORMATIONAL,
            minutes=60,
            expression=" or ".join(different),
            summary=f"{NUMBER} different codes or models have answered side by side for an hour",
        )


def _starts(series: Series) -> tuple[Alert, ...]:
    restarts = series.kube("kube_pod_container_status_restarts_total")
    waiting = series.kube("kube_pod_container_status_waiting_reason", f'reason=~"{_NO_START}"')
    killed = series.kube("kube_pod_container_status_last_terminated_reason", 'reason="OOMKilled"')
    return (
        Alert(
            name="ReplicaCannotStart",
            severity=Severity.WARNING,
            minutes=5,
            expression=f"max by (cluster, pod, reason) (max_over_time({waiting}[5m])) >= 1",
            summary=f"{of('pod')} cannot start: {of('reason')}",
        ),
        Alert(
            name="ReplicaNotReady",
            severity=Severity.WARNING,
            minutes=15,
            expression=f"min by (cluster, pod) ({series.kube('kube_pod_container_status_ready')}) == 0",
            summary=f"{of('pod')} has not been ready for a quarter of an hour",
        ),
        Alert(
            name="ReplicaRestarts",
            severity=Severity.WARNING,
            minutes=1,
            expression=f"sum by (cluster, pod) (increase({restarts}[30m])) > 2",
            summary=f"{of('pod')} started anew {NUMBER} times within half an hour",
        ),
        Alert(
            name="ReplicaOutOfMemory",
            severity=Severity.WARNING,
            minutes=1,
            expression=(
                f"max by (cluster, pod) ({killed}) == 1"
                f" and on (cluster, pod) sum by (cluster, pod) (increase({restarts}[30m])) > 0"
            ),
            summary=f"{of('pod')} was killed for using more memory than its limit",
        ),
    )


def _speed(app: Watched) -> tuple[Alert, ...]:
    return (*_latency(app), *_wait(app))


def _latency(app: Watched) -> Iterator[Alert]:
    metrics, promised = app.metrics, app.level.p99_seconds
    if metrics is None or metrics.latency is None or promised is None:
        return
    yield Alert(
        name="AnswersSlow",
        severity=Severity.WARNING,
        minutes=10,
        expression=(
            f"{app.series.latency(metrics.latency, 0.99, '30m')} > {promised:g}"
            f" and on (cluster) {app.series.answered(metrics.latency, '30m')} >= {_LEAST_ANSWERS}"
        ),
        summary=f"99% of {metrics.work} are answered within {DURATION}, more than {promised:g} s",
    )


def _wait(app: Watched) -> Iterator[Alert]:
    metrics, promised = app.metrics, app.level.queue_seconds
    if metrics is None or metrics.stages is None or promised is None:
        return
    stages = metrics.stages
    yield Alert(
        name="QueueLong",
        severity=Severity.WARNING,
        minutes=10,
        expression=f"{app.series.stage(stages, stages.waiting, 0.95, '10m')} > {promised:g}",
        summary=f"{metrics.work} wait {DURATION} for {stages.waiting_for}, more than {promised:g} s",
    )


def _room(series: Series) -> tuple[Alert, ...]:
    used = series.kube("container_memory_working_set_bytes", 'container!=""')
    limit = series.kube("kube_pod_container_resource_limits", 'resource="memory"')
    current = series.kube("kube_horizontalpodautoscaler_status_current_replicas")
    most = series.kube("kube_horizontalpodautoscaler_spec_max_replicas")
    return (
        Alert(
            name="MemoryNearLimit",
            severity=Severity.WARNING,
            minutes=15,
            expression=f"max by (cluster, pod) ({used}) / max by (cluster, pod) ({limit}) > 0.9",
            summary=f"{of('pod')} uses {PERCENT} of its memory",
        ),
        Alert(
            name="AutoscalerAtItsMost",
            severity=Severity.INFORMATIONAL,
            minutes=30,
            expression=f"max by (cluster) ({current}) >= max by (cluster) ({most})",
            summary=f"the autoscaler has used its most replicas, {NUMBER}, for half an hour",
        ),
    )
