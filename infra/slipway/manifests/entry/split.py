"""The division of the app's route between the live release and the canary's place."""

from dataclasses import dataclass
from typing import Any

import pulumi

_ALL = 100
"""Percent."""

_OWN_FILTER = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": ["x-slipway-track"]}}
"""Envoy Gateway makes one cluster of several Services, with one set of statistics, unless each has a filter.
Source: github.com/envoyproxy/gateway, internal/ir/xds.go, NeedsClusterPerSetting."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """`service` gets `share` percent of the requests; `mirror` gets copies of as many."""

    service: pulumi.Input[str]
    share: int
    mirror: pulumi.Input[str] | None = None

    def backends(self, live: pulumi.Input[str], port: int) -> list[dict[str, Any]]:
        """Services with their weights, `live` first."""
        return [
            {"name": name, "port": port, "weight": weight, "filters": [_OWN_FILTER]}
            for name, weight in ((live, _ALL - self.share), (self.service, self.share))
        ]

    def filters(self, port: int) -> list[dict[str, Any]]:
        """The mirror, where there is one."""
        if self.mirror is None:
            return []
        backend = {"name": self.mirror, "port": port}
        return [{"type": "RequestMirror", "requestMirror": {"backendRef": backend, "percent": self.share}}]


def statistics(namespace: str, route: str) -> dict[str, str]:
    """Names of the clusters that Envoy counts the split's requests by.

    Source: github.com/envoyproxy/gateway, internal/gatewayapi/helpers.go and filters.go; the mirror is the route's
    second filter.
    """
    rule = f"httproute/{namespace}/{route}/rule/0"
    return {"live": f"{rule}/backend/0", "canary": f"{rule}/backend/1", "shadow": f"{rule}-mirror-1"}
