"""The ways from listeners to the app: one, over HTTPS. Nothing leads to the management port."""

from typing import Any

import pulumi

from slipway.config.workload import Service
from slipway.manifests.metadata import metadata
from slipway.naming import Naming

from .custom import GATEWAY_API, Custom
from .gateway import HTTP, HTTPS
from .split import Split

_HSTS_SECONDS = 31_536_000
"""A year: browsers that have been here once ask over HTTPS alone."""


def app_route_name(naming: Naming) -> str:
    """The name by which a policy finds the route before it is there."""
    return naming.workload


def app_route(
    naming: Naming,
    service: Service,
    *,
    namespace: pulumi.Input[str],
    gateway: pulumi.Input[str],
    host: pulumi.Input[str],
    service_name: pulumi.Input[str],
    split: Split | None = None,
) -> Custom:
    """Every path of the host, to the Service's one port; with `split` a part of it to another Service."""
    hsts = {"name": "Strict-Transport-Security", "value": f"max-age={_HSTS_SECONDS}"}
    filters: list[dict[str, Any]] = [{"type": "ResponseHeaderModifier", "responseHeaderModifier": {"set": [hsts]}}]
    backends: list[dict[str, Any]] = [{"name": service_name, "port": service.port}]
    if split:
        filters += split.filters(service.port)
        backends = split.backends(service_name, service.port)
    return Custom(
        api_version=GATEWAY_API,
        kind="HTTPRoute",
        metadata=metadata(naming, namespace=namespace, name=app_route_name(naming)),
        spec={
            "parentRefs": [{"name": gateway, "sectionName": HTTPS}],
            "hostnames": [host],
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                    "filters": filters,
                    "backendRefs": backends,
                }
            ],
        },
    )


def redirect(
    naming: Naming, *, namespace: pulumi.Input[str], gateway: pulumi.Input[str], host: pulumi.Input[str]
) -> Custom:
    """Plain HTTP is told to come back over HTTPS. 308: a POST stays a POST."""
    return Custom(
        api_version=GATEWAY_API,
        kind="HTTPRoute",
        metadata=metadata(naming, namespace=namespace, name=f"{naming.workload}-redirect"),
        spec={
            "parentRefs": [{"name": gateway, "sectionName": HTTP}],
            "hostnames": [host],
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                    "filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 308}}],
                }
            ],
        },
    )
