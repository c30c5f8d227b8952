"""The proxies behind the address: how many, how large, on which nodes, and how they leave."""

from typing import Any

import pulumi

from slipway.config.entry import Gateway
from slipway.config.workload import Service
from slipway.controllers import OWNING_GATEWAY, OWNING_NAMESPACE
from slipway.manifests.metadata import metadata
from slipway.naming import Naming
from slipway.node_pools import LABEL as POOL_LABEL

from .custom import ENVOY_API, Custom

_FILTER = "envoy.filters.http"


def proxies(naming: Naming, config: Gateway, service: Service, *, namespace: pulumi.Input[str]) -> Custom:
    """The settings of the Gateway's Envoy proxies.

    Requests are not logged line by line: the app logs what it is asked, and a caller's address is a person's.
    """
    kubernetes: dict[str, Any] = {
        "envoyDeployment": {
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "pod": {
                "nodeSelector": {"kubernetes.io/os": "linux", POOL_LABEL: config.pool},
                "topologySpreadConstraints": _spread(naming, namespace),
            },
            "container": _container(config),
        },
        "envoyHpa": {
            "minReplicas": config.min_replicas,
            "maxReplicas": config.max_replicas,
            "metrics": [_cpu(config.target_cpu_percent)],
        },
        "envoyPDB": {"maxUnavailable": 1},
        "envoyService": {
            "type": "LoadBalancer",
            "externalTrafficPolicy": service.external_traffic_policy,
            "loadBalancerSourceRanges": list(service.allowed_sources),
        },
    }
    return Custom(
        api_version=ENVOY_API,
        kind="EnvoyProxy",
        metadata=metadata(naming, namespace=namespace, name=naming.workload),
        spec={
            "provider": {"type": "Kubernetes", "kubernetes": kubernetes},
            "shutdown": {
                "drainTimeout": f"{config.drain_seconds}s",
                "minDrainDuration": f"{config.pre_stop_seconds}s",
            },
            "telemetry": {"accessLog": {"disable": True}},
            # A caller over the limit is refused before its proof is looked at or its body is taken.
            "filterOrder": [{"name": f"{_FILTER}.local_ratelimit", "after": f"{_FILTER}.custom_response"}],
        },
    )


def _container(config: Gateway) -> dict[str, Any]:
    found: dict[str, Any] = {
        "resources": {
            "requests": {"cpu": config.cpu_request, "memory": config.memory},
            "limits": {"memory": config.memory},
        }
    }
    if config.images:
        found["image"] = config.images.proxy
    return found


def _cpu(percent: int) -> dict[str, Any]:
    return {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": percent}},
    }


def _spread(naming: Naming, namespace: pulumi.Input[str]) -> list[dict[str, Any]]:
    """Over zones and nodes as far as there is room: a proxy on a full node answers better than none."""
    return [
        {
            "topologyKey": key,
            "maxSkew": 1,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": {OWNING_GATEWAY: naming.workload, OWNING_NAMESPACE: namespace}},
            "matchLabelKeys": ["pod-template-hash"],
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]
