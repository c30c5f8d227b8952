"""Number of replicas that a drained node or an upgrade may take at once."""

import pulumi
import pulumi_kubernetes.policy.v1 as policy

from slipway.config.workload import Disruptions
from slipway.naming import Naming

from .metadata import metadata, selector


def disruption_budget(
    naming: Naming, disruptions: Disruptions, *, namespace: pulumi.Input[str]
) -> policy.PodDisruptionBudgetInitArgs:
    """A bound on what is missing rather than on what is left: it holds however many replicas there are.

    Replicas that are not ready may always go: a broken release must not keep a node from being upgraded.
    """
    return policy.PodDisruptionBudgetInitArgs(
        metadata=metadata(naming, namespace=namespace),
        spec=policy.PodDisruptionBudgetSpecArgs(
            max_unavailable=disruptions.max_unavailable,
            selector=selector(naming),
            unhealthy_pod_eviction_policy="AlwaysAllow",
        ),
    )
