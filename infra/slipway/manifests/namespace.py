"""The environment's namespace, under the strictest Pod Security standard."""

import pulumi_kubernetes.core.v1 as core

from slipway.naming import Naming

from .metadata import metadata

_LEVEL = "restricted"

_ENFORCED = "v1.33"
"""The version that is enforced is fixed: a cluster upgrade must not shut out pods that run. What a newer one would
refuse is warned of, long before this line moves."""


def namespace(naming: Naming, *, name: str = "") -> core.NamespaceInitArgs:
    """Named after workload and environment, where it has no `name` of its own."""
    standard = "pod-security.kubernetes.io"
    return core.NamespaceInitArgs(
        metadata=metadata(
            naming,
            name=name or naming.instance,
            labels={
                f"{standard}/enforce": _LEVEL,
                f"{standard}/enforce-version": _ENFORCED,
                f"{standard}/audit": _LEVEL,
                f"{standard}/audit-version": "latest",
                f"{standard}/warn": _LEVEL,
                f"{standard}/warn-version": "latest",
            },
        )
    )
