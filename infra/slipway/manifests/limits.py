"""Resources of a container in the namespace that asks for none, and the most that one may ask for."""

import pulumi
import pulumi_kubernetes.core.v1 as core

from slipway.config.workload import Workload
from slipway.naming import Naming

from .metadata import metadata

_DEFAULT = {"cpu": "100m", "memory": "64Mi", "ephemeral-storage": "128Mi"}
"""Enough for a person's debugging container."""


def limits(naming: Naming, workload: Workload, *, namespace: pulumi.Input[str]) -> core.LimitRangeInitArgs:
    """Nothing larger than the app itself."""
    most = workload.resources
    return core.LimitRangeInitArgs(
        metadata=metadata(naming, namespace=namespace),
        spec=core.LimitRangeSpecArgs(
            limits=[
                core.LimitRangeItemArgs(
                    type="Container",
                    default=_DEFAULT,
                    default_request=_DEFAULT,
                    max={
                        "cpu": most.cpu_limit,
                        "memory": most.memory,
                        "ephemeral-storage": most.ephemeral_storage,
                    },
                )
            ]
        ),
    )
