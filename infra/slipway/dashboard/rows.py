"""What each row of the dashboard shows."""

from slipway.alert_rules.promql import Series, recorded_ratio
from slipway.config.monitoring import ServiceLevel
from slipway.scraping import POD

from .panel import Panel, Query


def releases(series: Series) -> tuple[Panel, ...]:
    code = f"count by (commit, build) ({series.app('scoring_build_info')})"
    model = f"count by (name, version, sha256) ({series.app('scoring_model_info')})"
    return (
        Panel(
            title="Code",
            description="Replicas by the commit and build that they run.",
            queries=(Query(expression=code, legend="{{commit}} (build {{build}})"),),
            type="state-timeline",
        ),
        Panel(
            title="Model",
            description="Replicas by the model that they answer with.",
            queries=(Query(expression=model, legend="{{name}} {{version}} ({{sha256}})"),),
            type="state-timeline",
        ),
        Panel(
            title="Replicas",
            description="Wanted, available, and taking traffic.",
            queries=(
                Query(expression=f"sum({series.kube('kube_deployment_spec_replicas')})", legend="wanted"),
                Query(
                    expression=f"sum({series.kube('kube_deployment_status_replicas_available')})", legend="available"
                ),
                Query(expression=f"sum({series.app('scoring_ready')})", legend="ready"),
            ),
        ),
    )


def promise(series: Series, level: ServiceLevel) -> tuple[Panel, ...]:
    allowed = (100 - level.availability) / 100
    return (
        Panel(
            title="Requests a second",
            description="By status; probes and unknown paths are left out.",
            queries=(Query(expression=series.requests("5m", by="status"), legend="{{status}}"),),
            unit="reqps",
        ),
        Panel(
            title="Failed requests",
            description=f"Share of server errors; the line is what {level.availability:g}% allows.",
            queries=(
                Query(expression=recorded_ratio("5m"), legend="5 minutes"),
                Query(expression=recorded_ratio("1h"), legend="1 hour"),
                Query(expression=recorded_ratio("1d"), legend="1 day"),
            ),
            unit="percentunit",
            limit=allowed,
        ),
        Panel(
            title="Time to answer",
            description="Seconds within which pictures are answered; the line is what is promised for 99 of 100.",
            queries=tuple(
                Query(expression=series.latency(share, "5m"), legend=f"p{share * 100:g}") for share in (0.5, 0.95, 0.99)
            ),
            unit="s",
            limit=level.p99_seconds,
        ),
    )


def room(series: Series, level: ServiceLevel) -> tuple[Panel, ...]:
    throttled = series.kube("container_cpu_cfs_throttled_periods_total", 'container!=""')
    periods = series.kube("container_cpu_cfs_periods_total", 'container!=""')
    used = series.kube("container_memory_working_set_bytes", 'container!=""')
    limit = series.kube("kube_pod_container_resource_limits", 'resource="memory"')
    restarts = series.kube("kube_pod_container_status_restarts_total")
    lost = series.app("scoring_workers_lost_total")
    cores = series.kube("container_cpu_usage_seconds_total", 'container!=""')
    return (
        Panel(
            title="Stages",
            description="Seconds that 95 of 100 requests spend; the line is the longest wait that is accepted.",
            queries=tuple(
                Query(expression=series.stage(stage, 0.95, "5m"), legend=stage)
                for stage in ("queue", "decode", "inference")
            ),
            unit="s",
            limit=level.queue_seconds,
        ),
        Panel(
            title="Waiting requests",
            description="In each replica, before its workers.",
            queries=(Query(expression=series.app("scoring_queue_waiting"), legend=f"{{{{{POD}}}}}"),),
        ),
        Panel(
            title="Processors",
            description="Cores used by each replica, and the share of time in which it was held back at its limit.",
            queries=(
                Query(expression=f"sum by (pod) (rate({cores}[5m]))", legend="{{pod}} cores"),
                Query(
                    expression=f"sum by (pod) (rate({throttled}[5m])) / sum by (pod) (rate({periods}[5m]))",
                    legend="{{pod}} held back",
                ),
            ),
        ),
        Panel(
            title="Memory",
            description="Share of its limit that each replica uses.",
            queries=(Query(expression=f"max by (pod) ({used}) / max by (pod) ({limit})", legend="{{pod}}"),),
            unit="percentunit",
            width=12,
        ),
        Panel(
            title="Restarts and lost workers",
            description="Containers started anew, and worker processes that were replaced inside one, in an hour.",
            queries=(
                Query(
                    expression=f"sum by (pod) (increase({restarts}[1h]))",
                    legend="{{pod}} restarts",
                ),
                Query(expression=f"sum by ({POD}) (increase({lost}[1h]))", legend=f"{{{{{POD}}}}} workers"),
            ),
            width=12,
        ),
    )


def pictures(series: Series) -> tuple[Panel, ...]:
    buckets = series.app("scoring_top_probability_bucket")
    refused = f"increase({series.app('scoring_not_finite_total')}[1h])"
    model = f"* on ({POD}) group_left (version) {series.app('scoring_model_info')}"
    total = f"sum by (version) (rate({series.app('scoring_top_probability_sum')}[30m]) {model})"
    count = f"sum by (version) (rate({series.app('scoring_top_probability_count')}[30m]) {model})"
    return (
        Panel(
            title="How sure the model is",
            description="Probability of the first class; a shift tells of pictures that the model was not made for.",
            queries=(Query(expression=f"sum by (le) (increase({buckets}[$__rate_interval]))", legend="{{le}}"),),
            type="heatmap",
        ),
        Panel(
            title="How sure, on average",
            description="By model, side by side during a rollout: a new one that is less sure shows here.",
            queries=(Query(expression=f"{total} / {count}", legend="model {{version}}"),),
            unit="percentunit",
        ),
        Panel(
            title="Answers that are no numbers",
            description="Requests in an hour that were refused because the model gave NaN or infinity, by model.",
            queries=(Query(expression=f"sum by (version) ({refused} {model})", legend="model {{version}}"),),
        ),
    )
