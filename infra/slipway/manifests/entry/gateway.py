"""The Gateway: two listeners on the environment's address."""

import pulumi

from slipway.controllers import GATEWAY_CONTROLLER
from slipway.manifests.metadata import metadata
from slipway.manifests.service import PROBE_FAILURES, PROBE_SECONDS
from slipway.naming import Naming

from .custom import ENVOY_API, GATEWAY_API, Custom

HTTP = "http"
"""Listener of port 80: questions of the certificate's authority, and redirects."""

HTTPS = "https"
"""Listener of port 443."""

_AZURE = "service.beta.kubernetes.io/azure"


def gateway_class(naming: Naming) -> Custom:
    """The class by which Slipway's own Envoy Gateway finds its Gateway."""
    return Custom(
        api_version=GATEWAY_API,
        kind="GatewayClass",
        metadata=metadata(naming, name=naming.instance),
        spec={"controllerName": GATEWAY_CONTROLLER},
    )


def gateway(
    naming: Naming,
    *,
    namespace: pulumi.Input[str],
    class_name: pulumi.Input[str],
    host: pulumi.Input[str],
    secret: str,
    ip_name: pulumi.Input[str],
    ip_resource_group: pulumi.Input[str],
) -> Custom:
    """The Gateway. What Azure must be told about the address goes on to the Service of the proxies.

    The annotation for Pulumi keeps `up` waiting until proxies answer at the address.
    """
    return Custom(
        api_version=GATEWAY_API,
        kind="Gateway",
        metadata=metadata(
            naming,
            namespace=namespace,
            name=naming.workload,
            annotations={"pulumi.com/waitFor": "condition=Programmed"},
        ),
        spec={
            "gatewayClassName": class_name,
            "infrastructure": {
                "annotations": {
                    f"{_AZURE}-pip-name": ip_name,
                    f"{_AZURE}-load-balancer-resource-group": ip_resource_group,
                    f"{_AZURE}-load-balancer-health-probe-interval": str(PROBE_SECONDS),
                    f"{_AZURE}-load-balancer-health-probe-num-of-probe": str(PROBE_FAILURES),
                },
                "parametersRef": {
                    "group": ENVOY_API.partition("/")[0],
                    "kind": "EnvoyProxy",
                    "name": naming.workload,
                },
            },
            "listeners": [
                {"name": HTTP, "port": 80, "protocol": "HTTP", "allowedRoutes": _OWN_ROUTES},
                {
                    "name": HTTPS,
                    "port": 443,
                    "protocol": "HTTPS",
                    "hostname": host,
                    "tls": {
                        "mode": "Terminate",
                        "certificateRefs": [{"group": "", "kind": "Secret", "name": secret}],
                    },
                    "allowedRoutes": _OWN_ROUTES,
                },
            ],
        },
    )


_OWN_ROUTES = {"namespaces": {"from": "Same"}}
