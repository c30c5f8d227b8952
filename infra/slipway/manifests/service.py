"""The public entry: a load balancer on the environment's own address."""

import pulumi
import pulumi_kubernetes.core.v1 as core

from slipway.config.workload import Workload
from slipway.naming import Naming

from .metadata import metadata
from .port import PORT_NAME
from .probes import HEALTH

_AZURE = "service.beta.kubernetes.io/azure"

PROBE_SECONDS = 5
"""How often Azure's load balancer asks each node. The least it takes."""

PROBE_FAILURES = 2
"""After how many failures it leaves a node out. The least it takes."""


def service(
    naming: Naming,
    workload: Workload,
    *,
    namespace: pulumi.Input[str],
    ip_name: pulumi.Input[str],
    ip_resource_group: pulumi.Input[str],
) -> core.ServiceInitArgs:
    """The LoadBalancer Service on the public address `ip_name` of `ip_resource_group`.

    The address is named, not numbered: loadBalancerIP is deprecated. Its DNS label belongs to the address. Azure would
    probe `/` by itself, since the port speaks http; with the policy Local it probes what kube-proxy offers instead.
    """
    given = metadata(naming, namespace=namespace, name=naming.workload)
    given.annotations = {
        f"{_AZURE}-pip-name": ip_name,
        f"{_AZURE}-load-balancer-resource-group": ip_resource_group,
        **_probe(),
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
            ports=[
                core.ServicePortArgs(
                    name=PORT_NAME,
                    port=workload.service.port,
                    target_port=PORT_NAME,
                    protocol="TCP",
                    app_protocol="http",
                )
            ],
        ),
    )


def _probe() -> dict[str, str]:
    """How Azure's load balancer asks a node."""
    probe = f"{_AZURE}-load-balancer-health-probe"
    return {
        f"{probe}-protocol": "http",
        f"{probe}-request-path": HEALTH,
        f"{probe}-interval": str(PROBE_SECONDS),
        f"{probe}-num-of-probe": str(PROBE_FAILURES),
    }
