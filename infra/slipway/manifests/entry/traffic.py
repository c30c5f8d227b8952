"""The gateway's manners towards callers and towards the app."""

from typing import Any

import pulumi

from slipway.config.callers import Callers
from slipway.config.gateway_limits import Limits
from slipway.manifests.metadata import metadata
from slipway.naming import Naming

from .answers import own_answers
from .custom import ENVOY_API, Custom, target

_ANSWER_SECONDS = 120
"""The app gives up by itself long before; this ends what hangs."""

_EVERY_ADDRESS = "0.0.0.0/0"


def client_traffic(
    naming: Naming, limits: Limits, *, namespace: pulumi.Input[str], gateway: pulumi.Input[str]
) -> Custom:
    """TLS 1.2 at least, HTTP/2 where the caller speaks it; slow senders and idle connections are ended."""
    return Custom(
        api_version=ENVOY_API,
        kind="ClientTrafficPolicy",
        metadata=metadata(naming, namespace=namespace, name=naming.workload),
        spec={
            "targetRefs": [target("Gateway", gateway)],
            "tls": {"minVersion": "1.2", "alpnProtocols": ["h2", "http/1.1"]},
            "connection": {"connectionLimit": {"value": limits.connections}},
            # They count one proxy's requests, so they would mislead a caller of several.
            "headers": {"disableRateLimitHeaders": True},
            "http2": {"maxConcurrentStreams": limits.streams},
            "timeout": {
                "tcp": {"tlsHandshakeTimeout": f"{limits.header_seconds}s"},
                "http": {
                    "requestHeadersReceivedTimeout": f"{limits.header_seconds}s",
                    "requestReceivedTimeout": f"{limits.request_seconds}s",
                    "idleTimeout": f"{limits.idle_seconds}s",
                },
            },
        },
    )


def backend_traffic(
    naming: Naming,
    limits: Limits,
    callers: Callers,
    *,
    largest_body: int | None,
    namespace: pulumi.Input[str],
    route: pulumi.Input[str],
) -> Custom:
    """Requests that no replica has seen are sent to another one: a replica may leave at any moment.

    With `largest_body` the app sees whole requests only: the gateway holds each until its last byte is there.
    """
    spec: dict[str, Any] = {
        "targetRefs": [target("HTTPRoute", route)],
        "timeout": {"http": {"requestTimeout": f"{_ANSWER_SECONDS}s"}},
        "retry": {
            "numRetries": 3,
            "retryOn": {"triggers": ["connect-failure", "refused-stream", "reset-before-request"]},
        },
        "responseOverride": own_answers("Bearer" if callers.kind == "entra" else None),
    }
    if limits.requests_per_second is not None:
        spec["rateLimit"] = {"type": "Local", "local": {"rules": [_each_address(limits.requests_per_second)]}}
    if largest_body is not None:
        spec["requestBuffer"] = {"limit": str(largest_body)}
    return Custom(
        api_version=ENVOY_API,
        kind="BackendTrafficPolicy",
        metadata=metadata(naming, namespace=namespace, name=naming.workload),
        spec=spec,
    )


def _each_address(requests: int) -> dict[str, Any]:
    """A bucket for each client address: it holds a second's requests and is filled each second."""
    return {
        "clientSelectors": [{"sourceCIDR": {"type": "Distinct", "value": _EVERY_ADDRESS}}],
        "limit": {"requests": requests, "unit": "Second"},
    }
