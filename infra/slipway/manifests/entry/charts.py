"""Values of the controllers' charts: only what differs from a chart's own."""

from typing import Any

from slipway.config.entry import Acme, Gateway
from slipway.node_pools import LABEL as POOL_LABEL


def gateway_values(config: Gateway) -> dict[str, Any]:
    """Envoy Gateway: two controllers, so that proxies are told of new pods while a node is drained."""
    nodes = _nodes(config)
    values: dict[str, Any] = {
        "deployment": {"replicas": 2, "pod": {"nodeSelector": nodes}},
        "podDisruptionBudget": {"minAvailable": 1},
        "certgen": {"job": {"nodeSelector": nodes}},
    }
    if config.images:
        values["global"] = {
            "images": {
                "envoyGateway": {"image": config.images.controller},
                "envoyProxy": {"image": config.images.proxy},
            }
        }
    return values


def cert_manager_values(config: Gateway, acme: Acme) -> dict[str, Any]:
    """cert-manager with its kinds, and with its eyes on Gateways. It may be away for hours, so one of each will do.

    Its check of its own start is a pod more to pull, and `up` waits for the controllers anyhow.
    """
    values: dict[str, Any] = {
        "crds": {"enabled": True},
        "config": {
            "apiVersion": "controller.config.cert-manager.io/v1alpha1",
            "kind": "ControllerConfiguration",
            "gatewayAPI": {"enabled": True},
        },
        "startupapicheck": {"enabled": False},
        "global": {"nodeSelector": _nodes(config)},
    }
    if acme.images:
        values["image"] = _image(acme.images.controller)
        for part in ("webhook", "cainjector"):
            values[part] = {"image": _image(getattr(acme.images, part))}
        values["acmesolver"] = {"image": _image(acme.images.acmesolver)}
    return values


def _nodes(config: Gateway) -> dict[str, str]:
    return {"kubernetes.io/os": "linux", POOL_LABEL: config.pool}


def _image(reference: str) -> dict[str, str]:
    repository, _, digest = reference.partition("@")
    return {"repository": repository, "digest": digest}
