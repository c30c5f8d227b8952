"""What the workload's settings must not say together.

Each rule yields (path, what was found, what is allowed). Its parameters are named after the sections that it reads.
"""

from collections.abc import Iterator

from .quantities import mebibytes, millicores
from .workload import Workload

_Problem = tuple[str, str, str]

_PROBE_SECONDS = 10
"""How long Azure's load balancer takes to leave a node out: two probes, five seconds apart (manifests/service.py)."""


def replicas_in_order(workload: Workload) -> Iterator[_Problem]:
    """The most replicas are not fewer than the fewest."""
    scaling = workload.scaling
    if scaling.max_replicas < scaling.min_replicas:
        yield (
            "workload.scaling.maxReplicas",
            str(scaling.max_replicas),
            f"at least minReplicas, {scaling.min_replicas}",
        )


def budget_below_replicas(workload: Workload) -> Iterator[_Problem]:
    """Somebody must be left."""
    missing, fewest = workload.disruptions.max_unavailable, workload.scaling.min_replicas
    if missing >= fewest:
        yield (
            "workload.disruptions.maxUnavailable",
            str(missing),
            f"fewer than scaling.minReplicas, {fewest}: else a drain may take every replica",
        )


def request_within_limit(workload: Workload) -> Iterator[_Problem]:
    """What is kept is not more than what may be used."""
    kept, most = workload.resources.cpu_request, workload.resources.cpu_limit
    if millicores(kept) > millicores(most):
        yield "workload.resources.cpuRequest", kept, f"at most resources.cpuLimit, {most}"


def disk_for_the_logs(workload: Workload) -> Iterator[_Problem]:
    """The kubelet keeps five log files of 50Mi each; a pod beyond its limit is evicted."""
    if mebibytes(workload.resources.ephemeral_storage) < 300:
        yield "workload.resources.ephemeralStorage", workload.resources.ephemeral_storage, "at least 300Mi, for logs"


def local_traffic_is_spread(workload: Workload) -> Iterator[_Problem]:
    """With Local a node serves only its own replicas: two on one node would get half of what the others get."""
    if workload.service.external_traffic_policy == "Local" and workload.spread.nodes != "required":
        yield (
            "workload.spread.nodes",
            workload.spread.nodes,
            "required, because service.externalTrafficPolicy is Local",
        )


def local_traffic_is_warned(workload: Workload) -> Iterator[_Problem]:
    """With Local the load balancer must find out by itself that a node has lost its replica."""
    rollout = workload.rollout
    if workload.service.external_traffic_policy == "Local" and rollout.pre_stop_seconds <= _PROBE_SECONDS:
        yield (
            "workload.rollout.preStopSeconds",
            str(rollout.pre_stop_seconds),
            f"more than {_PROBE_SECONDS}: so long service.externalTrafficPolicy Local takes to leave a node out",
        )


def waits_in_order(workload: Workload) -> Iterator[_Problem]:
    """A replica's start fits into the rollout's patience, and that into Pulumi's: the first to give up knows why."""
    rollout = workload.rollout
    starting = rollout.start_seconds + rollout.min_ready_seconds
    if rollout.progress_seconds <= starting:
        yield (
            "workload.rollout.progressSeconds",
            str(rollout.progress_seconds),
            f"more than startSeconds + minReadySeconds, {starting}",
        )
    if rollout.timeout_seconds <= rollout.progress_seconds:
        yield (
            "workload.rollout.timeoutSeconds",
            str(rollout.timeout_seconds),
            f"more than progressSeconds, {rollout.progress_seconds}",
        )


def rollout_fits_the_wait(workload: Workload) -> Iterator[_Problem]:
    """A rollout at full size comes to its end while Pulumi waits, however slowly replicas start."""
    rollout = workload.rollout
    waves = -(-workload.scaling.max_replicas // rollout.max_surge)
    needed = waves * (rollout.start_seconds + rollout.min_ready_seconds)
    if rollout.timeout_seconds < needed:
        yield (
            "workload.rollout.timeoutSeconds",
            str(rollout.timeout_seconds),
            f"at least {needed}: {waves} times startSeconds + minReadySeconds, since maxSurge replicas start at once",
        )


RULES = (
    replicas_in_order,
    budget_below_replicas,
    request_within_limit,
    disk_for_the_logs,
    local_traffic_is_spread,
    local_traffic_is_warned,
    waits_in_order,
    rollout_fits_the_wait,
)
"""Every rule above."""
