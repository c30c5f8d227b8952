"""The kubelet's probes of a replica, on its management port, and the load balancer's on its public one."""

import pulumi_kubernetes.core.v1 as core

from slipway.config.ports import MANAGEMENT_PORT_NAME

HEALTH = "/healthz"
"""200 while the process answers."""

READINESS = "/readyz"
"""200 once the model is loaded, verified and warm, and until the replica is told to stop."""

PUBLIC_READINESS = "/v2/health/ready"
"""The same on the public port, by the Open Inference Protocol: 200 or 503."""

_START_PERIOD = 1


def startup(seconds: int) -> core.ProbeArgs:
    """Ready within `seconds` or started anew. Asked each second: who is ready need not wait to be found so."""
    return _probe(READINESS, period=_START_PERIOD, failures=seconds // _START_PERIOD)


def readiness() -> core.ProbeArgs:
    """Out of the Service after two refusals, and back after one good answer."""
    return _probe(READINESS, period=5, failures=2)


def liveness() -> core.ProbeArgs:
    """Started anew after half a minute of silence. It never asks for the model: a restart would not bring it sooner."""
    return _probe(HEALTH, period=10, failures=3)


def _probe(path: str, *, period: int, failures: int) -> core.ProbeArgs:
    return core.ProbeArgs(
        http_get=core.HTTPGetActionArgs(path=path, port=MANAGEMENT_PORT_NAME, scheme="HTTP"),
        period_seconds=period,
        timeout_seconds=3,  # the event loop answers within milliseconds; a starved node may take longer
        failure_threshold=failures,
        success_threshold=1,
    )
