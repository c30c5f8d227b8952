"""What the namespace may take of the cluster: the workload at its largest, and nothing beside it."""

import pulumi
import pulumi_kubernetes.core.v1 as core

from slipway.config.entry import Entry
from slipway.config.quantities import mebibytes, millicores
from slipway.config.workload import Workload
from slipway.naming import Naming

from .metadata import metadata


def most_pods(workload: Workload) -> int:
    """The most there can be at once: all replicas new, the surge, and all old ones still ending."""
    return 2 * workload.scaling.max_replicas + workload.rollout.max_surge


def quota(
    naming: Naming, workload: Workload, *, namespace: pulumi.Input[str], entry: Entry
) -> core.ResourceQuotaInitArgs:
    """Bounds that a rollout at full size just fits into: a runaway stops here, a release never does.

    Behind a gateway the Service is inside the cluster. A renewed certificate takes a pod, smaller than a replica, and a
    Service for some seconds.
    """
    renewal = bool(entry.certificate and entry.certificate.acme)
    public = entry.kind == "service"
    pods, each = most_pods(workload) + renewal, workload.resources
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
                "services": str(1 + renewal),
                "services.loadbalancers": str(int(public)),
                "services.nodeports": str(int(public)),  # the load balancer's own
                "persistentvolumeclaims": "0",
            }
        ),
    )
