"""The gateway's manners towards callers and towards the app."""

import pulumi

from slipway.manifests.metadata import metadata
from slipway.naming import Naming

from .custom import ENVOY_API, Custom, target

_ANSWER_SECONDS = 120
"""The app gives up by itself long before; this ends what hangs."""


def client_traffic(naming: Naming, *, namespace: pulumi.Input[str], gateway: pulumi.Input[str]) -> Custom:
    """TLS 1.2 at least, HTTP/2 where the caller speaks it."""
    return Custom(
        api_version=ENVOY_API,
        kind="ClientTrafficPolicy",
        metadata=metadata(naming, namespace=namespace, name=naming.workload),
        spec={
            "targetRefs": [target("Gateway", gateway)],
            "tls": {"minVersion": "1.2", "alpnProtocols": ["h2", "http/1.1"]},
        },
    )


def backend_traffic(naming: Naming, *, namespace: pulumi.Input[str], route: pulumi.Input[str]) -> Custom:
    """Requests that no replica has seen are sent to another one: a replica may leave at any moment."""
    return Custom(
        api_version=ENVOY_API,
        kind="BackendTrafficPolicy",
        metadata=metadata(naming, namespace=namespace, name=naming.workload),
        spec={
            "targetRefs": [target("HTTPRoute", route)],
            "timeout": {"http": {"requestTimeout": f"{_ANSWER_SECONDS}s"}},
            "retry": {
                "numRetries": 3,
                "retryOn": {"triggers": ["connect-failure", "refused-stream", "reset-before-request"]},
            },
        },
    )
