"""The app's Service: behind a gateway, or public, on the environment's own address."""

import pulumi
import pulumi_kubernetes.core.v1 as core

from slipway.config.workload import Workload
from slipway.contract import Contract
from slipway.naming import Naming

from . import ports
from .metadata import metadata

_AZURE = "service.beta.kubernetes.io/azure"

PROBE_SECONDS = 5
"""Seconds between two probes of a node by Azure's load balancer. The least it takes."""

PROBE_FAILURES = 2
"""Failures after which it leaves a node out. The least it takes."""


def service(
    naming: Naming,
    workload: Workload,
    contract: Contract,
    *,
    namespace: pulumi.Input[str],
    ip_name: pulumi.Input[str],
    ip_resource_group: pulumi.Input[str],
) -> core.ServiceInitArgs:
    """The LoadBalancer Service on the public address `ip_name` of `ip_resource_group`.

    The address is named, not numbered: loadBalancerIP is deprecated. Its DNS label belongs to the address. Its one port
    leads to the app's public port; nothing leads to the management port.
    """
    given = metadata(naming, namespace=namespace, name=naming.workload)
    given.annotations = {
        f"{_AZURE}-pip-name": ip_name,
        f"{_AZURE}-load-balancer-resource-group": ip_resource_group,
        **_probe(contract.health),
    }
    return core.ServiceInitArgs(
        metadata=given,
        spec=core.ServiceSpecArgs(
            type=core.ServiceSpecType.LOAD_BALANCER,
            external_traffic_policy=workload.service.external_traffic_policy,
            load_balancer_source_ranges=list(workload.service.allowed_sources),
            selector=naming.selector,
            session_affinity="None",
            ip_family_policy="SingleStack",
            ports=[_port(workload)],
        ),
    )


def internal_service(
    naming: Naming, workload: Workload, *, namespace: pulumi.Input[str], name: str = "", of: Naming | None = None
) -> core.ServiceInitArgs:
    """The Service inside the cluster, by which a gateway finds the replicas. Its one port is the app's public one.

    `of` has the names of the pods that answer, where those are others than the Service's own.
    """
    return core.ServiceInitArgs(
        metadata=metadata(naming, namespace=namespace, name=name or naming.workload),
        spec=core.ServiceSpecArgs(
            type=core.ServiceSpecType.CLUSTER_IP,
            selector=(of or naming).selector,
            session_affinity="None",
            ip_family_policy="SingleStack",
            ports=[_port(workload)],
        ),
    )


def _port(workload: Workload) -> core.ServicePortArgs:
    return core.ServicePortArgs(
        name=ports.PUBLIC,
        port=workload.service.port,
        target_port=ports.PUBLIC,
        protocol="TCP",
        app_protocol="http",
    )


def _probe(path: str) -> dict[str, str]:
    """Settings of the load balancer's probe of each node.

    With the policy Cluster it asks the Service's own node port, so the path must stand on the public port. By itself it
    would ask for `/`, since the port speaks http. With the policy Local it asks the Service's health check port, where
    the node itself says if a ready replica runs on it: path and protocol do nothing then, interval and count hold.
    Source: github.com/kubernetes-sigs/cloud-provider-azure, pkg/provider/azure_loadbalancer.go.
    """
    probe = f"{_AZURE}-load-balancer-health-probe"
    return {
        f"{probe}-protocol": "http",
        f"{probe}-request-path": path,
        f"{probe}-interval": str(PROBE_SECONDS),
        f"{probe}-num-of-probe": str(PROBE_FAILURES),
    }
