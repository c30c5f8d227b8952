"""Share of the cluster that the namespace may take: the workload at its largest, and nothing beside it."""

import pulumi
import pulumi_kubernetes.core.v1 as core

from slipway.config.canary import canary_scaling
from slipway.config.entry import Entry
from slipway.config.quantities import mebibytes, millicores
from slipway.config.workload import Workload
from slipway.naming import Naming

from .metadata import metadata


def most_pods(workload: Workload, canary_share: int | None = None) -> int:
    """The most there can be at once: all replicas new, the surge, and all old ones still ending; the canary's too."""
    sizes = [workload.scaling.max_replicas]
    if canary_share is not None:
        sizes.append(canary_scaling(workload.scaling, canary_share).max_replicas)
    return sum(2 * replicas + workload.rollout.max_surge for replicas in sizes)


def quota(
    naming: Naming,
    workload: Workload,
    *,
    namespace: pulumi.Input[str],
    entry: Entry,
    canary_share: int | None = None,
) -> core.ResourceQuotaInitArgs:
    """Bounds that a rollout at full size just fits into: a runaway stops here, a release never does.

    Behind a gateway the Service is inside the cluster. A renewed certificate takes a pod, smaller than a replica, and a
    Service for some seconds. A canary has a Service that stays and one for what is mirrored to it.
    """
    renewal = entry.issued
    public = entry.kind == "service"
    services = 1 + renewal + (0 if canary_share is None else 2)
    pods, each = most_pods(workload, canary_share) + renewal, workload.resources
    memory = f"{pods * mebibytes(each.memory)}Mi"
    disk = f"{pods * mebibytes(each.ephemeral_storage)}Mi"
    return core.ResourceQuotaInitArgs(
        metadata=metadata(naming, namespace=namespace),
        spec=core.ResourceQuotaSpecArgs(
            hard={
                "pods": str(pods),
                "requests.cpu": f"{pods * millicores(each.cpu_request)}m",
                "limits.cpu": f"{pods * millicores(each.cpu_limit)}m",
                "requests.memory": memory,
                "limits.memory": memory,
                "requests.ephemeral-storage": disk,
                "limits.ephemeral-storage": disk,
                "services": str(services),
                "services.loadbalancers": str(int(public)),
                "services.nodeports": str(int(public)),  # the load balancer's own
                "persistentvolumeclaims": "0",
            }
        ),
    )
