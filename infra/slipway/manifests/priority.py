"""Priority of the replicas where the cluster is full."""

import pulumi_kubernetes.scheduling.v1 as scheduling

from slipway.naming import Naming

from .metadata import metadata


def priority(naming: Naming, value: int) -> scheduling.PriorityClassInitArgs:
    """A class of this environment's own: it belongs to the whole cluster, and its value can only be replaced."""
    return scheduling.PriorityClassInitArgs(
        metadata=metadata(naming),
        value=value,
        global_default=False,
        preemption_policy="PreemptLowerPriority",
        description=f"Replicas of {naming.instance}",
    )
