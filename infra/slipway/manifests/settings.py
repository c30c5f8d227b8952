"""The app's settings as environment variables."""

import pulumi
import pulumi_kubernetes.core.v1 as core

from slipway.config.ports import MANAGEMENT_PORT, PORT
from slipway.config.workload import Workload
from slipway.naming import Naming

from .metadata import metadata

_PREFIX = "SCORING_"


def variables(workload: Workload) -> dict[str, str]:
    """Every variable by name: what the stack file says, the ports, the times of the rollout, and where spans go."""
    chosen = workload.app.model_dump(exclude_unset=True, exclude_none=True)
    told = {
        **chosen,
        "port": PORT,
        "management_port": MANAGEMENT_PORT,
        "drain_seconds": workload.rollout.drain_seconds,
        "grace_seconds": workload.rollout.grace_seconds,
    }
    found = {f"{_PREFIX}{name.upper()}": _text(value) for name, value in told.items()}
    if workload.tracing:
        collector = workload.tracing
        found["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://{collector.service}.{collector.namespace}:{collector.port}"
    return dict(sorted(found.items()))


def settings(naming: Naming, workload: Workload, namespace: pulumi.Input[str]) -> core.ConfigMapInitArgs:
    """A config map that never changes: other settings are another map, so that they reach pods by a rollout only."""
    return core.ConfigMapInitArgs(
        metadata=metadata(naming, namespace=namespace), immutable=True, data=dict(variables(workload))
    )


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
