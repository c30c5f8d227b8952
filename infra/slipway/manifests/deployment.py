"""The app's replicas, and how they are replaced."""

import pulumi
import pulumi_kubernetes.apps.v1 as apps
import pulumi_kubernetes.core.v1 as core

from slipway.config.release import Release
from slipway.config.workload import Workload
from slipway.contract import Contract
from slipway.naming import Naming

from .metadata import metadata, selector
from .pod import References, pod

_SHORT = 12


def deployment(
    naming: Naming,
    workload: Workload,
    contract: Contract,
    release: Release,
    references: References,
    *,
    namespace: pulumi.Input[str],
) -> apps.DeploymentInitArgs:
    """The Deployment of a release.

    How many replicas is not said here: the autoscaler owns that field, and both would pull at it.
    """
    version = release.commit[:_SHORT]
    rollout = workload.rollout
    return apps.DeploymentInitArgs(
        metadata=metadata(naming, namespace=namespace, version=version, annotations=facts(release)),
        spec=apps.DeploymentSpecArgs(
            selector=selector(naming),
            strategy=apps.DeploymentStrategyArgs(
                type="RollingUpdate",
                rolling_update=apps.RollingUpdateDeploymentArgs(max_surge=rollout.max_surge, max_unavailable=0),
            ),
            min_ready_seconds=rollout.min_ready_seconds,
            progress_deadline_seconds=rollout.progress_seconds,
            revision_history_limit=rollout.history,
            template=core.PodTemplateSpecArgs(
                metadata=metadata(
                    naming, version=version, annotations={**_code_and_model(release), **_scraping(contract)}
                ),
                spec=pod(naming, workload, contract, references),
            ),
        ),
    )


def facts(release: Release) -> dict[str, str]:
    """Return the facts of a release that `kubectl describe` shows."""
    return {**_code_and_model(release), "slipway/build": release.build_id}


def _code_and_model(release: Release) -> dict[str, str]:
    """The image's facts. On the pods nothing else: the same image from another build need not replace them."""
    return {
        "slipway/commit": release.commit,
        "slipway/model": f"{release.model.name}/{release.model.version}",
        "slipway/model-sha256": release.model.sha256,
    }


def _scraping(contract: Contract) -> dict[str, str]:
    """Annotations that managed Prometheus looks for on pods; none where the app exports no metrics."""
    if contract.metrics is None:
        return {}
    return {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(contract.management_port),
        "prometheus.io/path": contract.metrics.path,
    }
