"""The app's settings as environment variables."""

import pulumi
import pulumi_kubernetes.core.v1 as core

from slipway.config.facts import counted
from slipway.config.release import Release
from slipway.config.workload import Workload
from slipway.contract.application import Application, Facts
from slipway.contract.words import Fact
from slipway.naming import Naming

from .metadata import metadata


def variables(naming: Naming, workload: Workload, app: Application, release: Release) -> dict[str, str]:
    """Every variable by name: what the stack file chooses, and what the platform says by itself."""
    return app.variables(_facts(naming, workload, app, release))


def settings(
    naming: Naming, workload: Workload, app: Application, release: Release, namespace: pulumi.Input[str]
) -> core.ConfigMapInitArgs:
    """A config map that never changes: other settings are another map, so that they reach pods by a rollout only."""
    return core.ConfigMapInitArgs(
        metadata=metadata(naming, namespace=namespace),
        immutable=True,
        data=dict(variables(naming, workload, app, release)),
    )


def _facts(naming: Naming, workload: Workload, app: Application, release: Release) -> Facts:
    collector = workload.tracing
    endpoint = f"http://{collector.service}.{collector.namespace}:{collector.port}" if collector else None
    return {
        **counted(workload),
        Fact.PORT: app.contract.ports.public,
        Fact.MANAGEMENT_PORT: app.contract.management_port,
        Fact.OTLP_ENDPOINT: endpoint,
        Fact.ENVIRONMENT: naming.environment,
        Fact.COMMIT: release.commit,
        Fact.BUILD: release.build_id,
    }
