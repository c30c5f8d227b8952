"""The kubelet's probes of a replica."""

import pulumi_kubernetes.core.v1 as core

from slipway.contract import Contract
from slipway.contract.image import Probe

from . import ports


def startup(contract: Contract, seconds: int) -> core.ProbeArgs:
    """Ready within `seconds` or started again."""
    probe = contract.probes.startup
    return _probe(contract, probe, failures=max(1, seconds // probe.period_seconds))


def readiness(contract: Contract) -> core.ProbeArgs:
    """Out of the Service after a few refusals, and back after one good answer."""
    probe = contract.probes.readiness
    return _probe(contract, probe, failures=probe.failures)


def liveness(contract: Contract) -> core.ProbeArgs:
    """Started again after a few refusals."""
    probe = contract.probes.liveness
    return _probe(contract, probe, failures=probe.failures)


def _probe(contract: Contract, probe: Probe, *, failures: int) -> core.ProbeArgs:
    public = probe.port == "public" or not contract.has_management
    return core.ProbeArgs(
        http_get=core.HTTPGetActionArgs(
            path=probe.path, port=ports.PUBLIC if public else ports.MANAGEMENT, scheme="HTTP"
        ),
        period_seconds=probe.period_seconds,
        timeout_seconds=probe.timeout_seconds,
        failure_threshold=failures,
        success_threshold=1,
    )
