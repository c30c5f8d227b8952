"""Outputs of a stack: the documented set, no secret among it. docs/reference/outputs.md explains each."""

from typing import Any

import pulumi

from . import entrance
from .azure_pipelines import webhook_url
from .declare import Estate


def export(estate: Estate) -> dict[str, pulumi.Input[Any]]:
    """The outputs by name. What does not exist in this environment is absent."""
    base, store, model = estate.foundation, estate.model_store, estate.config.model
    found: dict[str, pulumi.Input[Any] | None] = {
        "environment": estate.config.stack,
        "resourceGroupName": base.placement.resource_group_name,
        "endpointUrl": pulumi.Output.format("{0}://{1}/", estate.config.entry.scheme, base.address.host),
        "callersAudience": estate.config.entry.callers.entra_audience,
        "callersReleaseKey": estate.config.entry.callers.release_key,
        "endpointAddress": base.address.ip_address,
        "egressAddress": base.network.egress_ip,
        "registryId": estate.registry.id,
        "registryLoginServer": estate.registry.login_server,
        "modelRepository": store.url if store else model.s3.url if model and model.s3 else None,
        "clusterId": estate.cluster.id,
        "clusterName": estate.cluster.name,
        "sentBodies": pulumi.Output.all(**estate.cluster.sent),
        "clusterCredentialsCommand": _credentials_command(estate),
        "logsWorkspaceId": base.telemetry.logs_workspace_id,
        "metricsWorkspaceId": base.telemetry.metrics_workspace_id,
        "grafanaUrl": base.telemetry.grafana_url,
        "namespace": estate.workload.namespace if estate.workload else None,
        "release": _released(estate),
        "canary": _canary(estate),
        "canaryFigures": _figures(estate),
        **_pipelines(estate),
    }
    return {name: value for name, value in found.items() if value is not None}


def _credentials_command(estate: Estate) -> pulumi.Output[str]:
    """Return the command by which a person gets a kubeconfig; the file itself is no output."""
    return pulumi.Output.format(
        "az aks get-credentials --resource-group {0} --name {1} && kubelogin convert-kubeconfig -l azurecli",
        estate.foundation.placement.resource_group_name,
        estate.cluster.name,
    )


def _released(estate: Estate) -> pulumi.Output[dict[str, Any]] | None:
    """The release, once its Deployment is there: a rollout that failed must not become what the next `up` keeps."""
    if estate.release is None or estate.workload is None:
        return None
    release = estate.release.model_dump(mode="json", by_alias=True)
    return pulumi.Output.all(release, estate.workload.deployment_name).apply(_first)


def _canary(estate: Estate) -> pulumi.Output[dict[str, Any]] | None:
    """The release in the canary's place, once requests reach it; None while none has the place."""
    running = estate.config.canary_facts
    if estate.canary is None or running is None:
        return None
    facts = running.model_dump(mode="json", by_alias=True)
    return pulumi.Output.all(facts, estate.canary.split.service).apply(_first)


def _figures(estate: Estate) -> dict[str, pulumi.Input[Any]] | None:
    """Return where requests of live release and canary are counted, and by which names."""
    if estate.canary is None:
        return None
    return entrance.figures(estate.foundation, estate.cluster)


def _first(values: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = values[0]
    return found


def _pipelines(estate: Estate) -> dict[str, pulumi.Input[Any] | None]:
    """Return what later environments of the chain, and the commands, need of Azure DevOps."""
    pipelines = estate.pipelines
    if pipelines is None:
        return {}
    return {
        "azureDevOpsProjectId": pipelines.project_id,
        "buildDefinitionId": pipelines.build_definition_id,
        "releaseDefinitionId": pipelines.release_definition_id,
        "driftDefinitionId": pipelines.drift_definition_id,
        "chain": estate.chain.output if estate.chain else None,
        "modelWebhookUrl": _webhook(estate),
    }


def _webhook(estate: Estate) -> str | None:
    config = estate.config.pipelines
    rings = config is not None and config.hub is not None and config.hub.model_trigger == "webhook"
    return webhook_url(config.organization) if config is not None and rings else None
