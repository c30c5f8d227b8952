"""A cluster as tests declare it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
from pulumi_azure_native.provider import Provider

from delivery.preview.record import Record, Recorded
from slipway.components.cluster import Cluster, ClusterArgs
from slipway.placement import Placement
from tests.infra import sections
from tests.infra.conftest import Declared

AKS = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
CALENDAR = "azure-native:containerservice:MaintenanceConfiguration"

WINDOW = {"day": "Tuesday", "start": "02:00", "utcOffset": "+01:00", "hours": 4}

FED: dict[str, Any] = {
    "node_subnet_id": "/subnets/nodes",
    "egress_ip": None,
    "cluster_identity_id": "/identities/cluster",
    "cluster_principal_id": "principal-of-cluster",
    "kubelet_identity_id": "/identities/kubelet",
    "kubelet_client_id": "client-of-kubelet",
    "kubelet_principal_id": "principal-of-kubelet",
    "logs_workspace_id": "/workspaces/logs",
    "container_logs": False,
}
"""What other components feed it."""

Make = Callable[..., Recorded]

_DECLARED: dict[str, Recorded] = {}


def maker(declared: Declared, placement: Placement) -> Make:
    """Declare a cluster; keywords in camelCase change its config, `args` what others feed it, `network` the ranges."""

    def declare(
        *,
        first: bool = False,
        args: Mapping[str, Any] | None = None,
        network: Mapping[str, object] | None = None,
        **config: object,
    ) -> Recorded:
        def program() -> None:
            made = Cluster(
                "cluster",
                ClusterArgs(
                    placement=placement,
                    config=sections.cluster(**config),
                    network=sections.network(**(network or {})),
                    **{**FED, **(args or {})},
                ),
                pulumi.ResourceOptions(providers=[Provider("azure")], protect=True),
            )
            for name in ("id", "name", "node_resource_group_name", "user_credentials"):
                pulumi.export(name, getattr(made, name))
            pulumi.export("sent", pulumi.Output.all(**made.sent))
            pulumi.export("ready", [one.urn.apply(lambda urn: urn.rsplit("::", 1)[1]) for one in made.ready])

        asked = json.dumps([first, args, network, config], sort_keys=True, default=repr)
        if asked not in _DECLARED:  # most tests look at the same few clusters
            _DECLARED[asked] = declared(program, first=first)
        return _DECLARED[asked]

    return declare


def aks(found: Recorded) -> dict[str, Any]:
    return dict(found.one(AKS).inputs)


def pool(found: Recorded, name: str = "app") -> Record:
    return found.one(POOL, f"cluster-pool-{name}")
