"""Objects of kinds for which the SDK has no types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes.meta.v1 as meta

GATEWAY_API = "gateway.networking.k8s.io/v1"
ENVOY_API = "gateway.envoyproxy.io/v1alpha1"
CERTIFICATE_API = "cert-manager.io/v1"


@dataclass(frozen=True, kw_only=True)
class Custom:
    """One object; tests hold it against the schema of its kind."""

    api_version: str
    kind: str
    metadata: meta.ObjectMetaArgs
    spec: Mapping[str, Any]


def target(kind: str, name: pulumi.Input[str]) -> dict[str, Any]:
    """A policy's reference to what it is about, in its own namespace."""
    return {"group": GATEWAY_API.partition("/")[0], "kind": kind, "name": name}
