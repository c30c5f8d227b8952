"""The app on the cluster: is it there, does it start, is it fast, has it room."""

from slipway.config.monitoring import ServiceLevel
from slipway.scraping import POD

from .promql import SCORED, Series
from .rule import DURATION, NUMBER, PERCENT, Alert, Group, Severity, of

_LEAST_PICTURES = 100
"""One in a hundred of fewer is no measure."""

_MOST_NOT_FINITE = 0.01
"""Share of requests beyond which the model is suspected, and no single caller."""

_NO_START = (
    "CrashLoopBackOff|ImagePullBackOff|ErrImagePull|InvalidImageName|"
    "CreateContainerConfigError|CreateContainerError|RunContainerError"
)


def group(level: ServiceLevel, series: Series, queue_limit: int) -> Group:
    """What goes wrong with the app itself, most urgent first."""
    return Group(
        name="service",
        description="The app's replicas: there, starting, fast, with room",
        rules=(
            *_presence(series),
            *_starts(series),
            *_speed(level, series),
            _quality(level, series),
            *_room(series, queue_limit),
        ),
    )


def _presence(series: Series) -> tuple[Alert, ...]:
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
        Alert(
            name="AppMetricsMissing",
            severity=Severity.WARNING,
            minutes=15,
            expression=f"{wanted} > 0 unless on (cluster) sum by (cluster) ({series.app('scoring_ready')}) >= 0",
            summary="no replica's metrics arrive: alerts on failures and latency are blind",
        ),
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
        Alert(
            name="SeveralReleases",
            severity=Severity.INFORMATIONAL,
            minutes=60,
            expression=(
                f"count by (cluster) (count by (cluster, commit) ({series.app('scoring_build_info')})) > 1"
                f" or count by (cluster) (count by (cluster, sha256) ({series.app('scoring_model_info')})) > 1"
            ),
            summary=f"{NUMBER} different codes or models have answered side by side for an hour",
        ),
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


def _speed(level: ServiceLevel, series: Series) -> tuple[Alert, ...]:
    answered = series.app("scoring_request_seconds_count", f'route=~"{SCORED}"')
    return (
        Alert(
            name="AnswersSlow",
            severity=Severity.WARNING,
            minutes=10,
            expression=(
                f"{series.latency(0.99, '30m')} > {level.p99_seconds:g}"
                f" and on (cluster) sum by (cluster) (increase({answered}[30m])) >= {_LEAST_PICTURES}"
            ),
            summary=f"99% of pictures are answered within {DURATION}, more than {level.p99_seconds:g} s",
        ),
        Alert(
            name="QueueLong",
            severity=Severity.WARNING,
            minutes=10,
            expression=f"{series.stage('queue', 0.95, '10m')} > {level.queue_seconds:g}",
            summary=f"pictures wait {DURATION} for a worker, more than {level.queue_seconds:g} s",
        ),
    )


def _quality(level: ServiceLevel, series: Series) -> Alert:
    """A share, not a number: a caller's own tensors may hold values that lead any model to NaN."""
    refused = f"sum by (cluster) (increase({series.app('scoring_not_finite_total')}[30m]))"
    answered = series.app("scoring_request_seconds_count", f'route=~"{SCORED}"')
    return Alert(
        name="AnswersNotFinite",
        severity=Severity.WARNING,
        minutes=5,
        expression=(
            f"{refused} / (sum by (cluster) (increase({answered}[30m])) > 0) > {_MOST_NOT_FINITE}"
            f" and on (cluster) {refused} >= {level.least_failures}"
        ),
        summary=f"the model gave NaN or infinity for {PERCENT} of requests, which were refused with 422",
    )


def _room(series: Series, queue_limit: int) -> tuple[Alert, ...]:
    waiting = series.app("scoring_queue_waiting")
    used = series.kube("container_memory_working_set_bytes", 'container!=""')
    limit = series.kube("kube_pod_container_resource_limits", 'resource="memory"')
    current = series.kube("kube_horizontalpodautoscaler_status_current_replicas")
    most = series.kube("kube_horizontalpodautoscaler_spec_max_replicas")
    return (
        Alert(
            name="QueueNearlyFull",
            severity=Severity.WARNING,
            minutes=5,
            expression=f"max by (cluster, {POD}) (avg_over_time({waiting}[5m])) > {queue_limit / 2:g}",
            summary=f"{of(POD)} holds {NUMBER} waiting requests; it refuses beyond {queue_limit}",
        ),
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
        Alert(
            name="WorkersLost",
            severity=Severity.INFORMATIONAL,
            minutes=1,
            expression=f"max by (cluster, {POD}) (increase({series.app('scoring_workers_lost_total')}[15m])) > 0",
            summary=f"workers of {of(POD)} died or were ended over a picture",
        ),
    )
