"""A replica: one container, confined, placed away from its like."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes.core.v1 as core

from slipway.config.workload import Spread, Workload
from slipway.contract import Contract
from slipway.machines import ARCHITECTURE
from slipway.naming import Naming
from slipway.node_pools import LABEL as POOL_LABEL

from .container import container
from .metadata import selector

_UNSATISFIABLE = {"preferred": "ScheduleAnyway", "required": "DoNotSchedule"}

_LOST_NODE_SECONDS = 60
"""A replica on a node that is silent for this long is replaced; Kubernetes' own 300 s suit what has data to lose."""


@dataclass(frozen=True, kw_only=True)
class References:
    """References of a replica: its image, in full and by digest, and other objects by their names."""

    image: pulumi.Input[str]
    settings: pulumi.Input[str]
    service_account: pulumi.Input[str]
    priority_class: pulumi.Input[str]


def pod(naming: Naming, workload: Workload, contract: Contract, references: References) -> core.PodSpecArgs:
    """The pod."""
    return core.PodSpecArgs(
        service_account_name=references.service_account,
        automount_service_account_token=False,
        # A Service "echo" would put ECHO_PORT=tcp://... into the environment, over a variable that the app may have.
        enable_service_links=False,
        priority_class_name=references.priority_class,
        termination_grace_period_seconds=workload.rollout.leaving_seconds + contract.requests.stop_seconds,
        node_selector={
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": ARCHITECTURE,
            POOL_LABEL: workload.pool,
        },
        tolerations=[_toleration(fault) for fault in ("not-ready", "unreachable")],
        topology_spread_constraints=_spread(naming, workload.spread),
        security_context=core.PodSecurityContextArgs(
            run_as_non_root=True,
            run_as_user=contract.image.user,
            run_as_group=contract.image.user,
            seccomp_profile=core.SeccompProfileArgs(type="RuntimeDefault"),
        ),
        containers=[container(naming, workload, contract, image=references.image, settings=references.settings)],
    )


def _toleration(fault: str) -> core.TolerationArgs:
    return core.TolerationArgs(
        key=f"node.kubernetes.io/{fault}",
        operator="Exists",
        effect="NoExecute",
        toleration_seconds=_LOST_NODE_SECONDS,
    )


def _spread(naming: Naming, spread: Spread) -> list[core.TopologySpreadConstraintArgs]:
    kept_apart = {"topology.kubernetes.io/zone": spread.zones, "kubernetes.io/hostname": spread.nodes}
    return [
        core.TopologySpreadConstraintArgs(
            topology_key=key,
            max_skew=1,
            when_unsatisfiable=_UNSATISFIABLE[wish],
            label_selector=selector(naming),
            # Each revision is spread by itself: during a rollout the old one would make the new one lopsided.
            match_label_keys=["pod-template-hash"],
            # Nodes that the pods may not go to are no places to be spread over.
            node_affinity_policy="Honor",
            node_taints_policy="Honor",
        )
        for key, wish in kept_apart.items()
    ]
