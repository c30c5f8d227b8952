"""Azure DevOps as the tests declare it: a hub, and a later environment, each with what a test changes of them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pulumi
from pulumi_azure_native.provider import Provider as Azure
from pulumi_azuredevops.provider import Provider as AzureDevOps

from slipway.components.pipeline_identities import PipelineIdentities, PipelineIdentitiesArgs
from slipway.components.pipelines import HubFacts, Models, Pipelines, PipelinesArgs
from slipway.config.pipelines import Pipelines as Config
from slipway.placement import Placement

from .workloads import changed

_UNCHANGED: Mapping[str, object] = MappingProxyType({})

ORGANIZATION = "https://dev.azure.com/contoso"
APPROVERS = ["5b6f0d3e-9c1a-4e57-8f2d-0a4c6b8e1d37", "0c9a7f52-3b1d-4f60-9e84-6d2f5a1b7c30"]
CLUSTER = "/clusters/one"
REGISTRY = "/registries/own"
FACTS = HubFacts(
    project_id="project-of-dev",
    release_definition_id="12",
    drift_definition_id="13",
    registry_id="/registries/of-dev",
    stack="dev",
)

HUB: dict[str, Any] = {
    "organization": ORGANIZATION,
    "rights": "environment",
    "state": {"resourceGroup": "rg-state", "account": "ststate", "container": "state"},
    "checks": {"approval": None, "exclusiveLock": False},
    "hub": {
        "project": {"name": "scoring", "create": False},
        "source": {"kind": "azure-repos", "name": "scoring"},
    },
}
"""What stands in the first environment's stack file."""

LATER: dict[str, Any] = {
    "organization": ORGANIZATION,
    "rights": "release",
    "state": {"resourceGroup": "rg-state", "account": "ststate", "container": "state"},
    "checks": {
        "approval": {"approvers": APPROVERS, "minimum": 2, "timeoutHours": 24},
        "branchControl": "protected",
        "exclusiveLock": True,
        "businessHours": {"days": ["monday", "friday"], "start": "08:00", "end": "16:00", "timeZone": "UTC"},
    },
}
"""What stands in a guarded environment's stack file."""


def hub(changes: Mapping[str, object] = _UNCHANGED) -> Config:
    """The first environment's section, changed; read from JSON, as the program reads it."""
    return Config.model_validate_json(json.dumps(changed(HUB, changes)))


def later(changes: Mapping[str, object] = _UNCHANGED) -> Config:
    """A guarded environment's section, changed."""
    return Config.model_validate_json(json.dumps(changed(LATER, changes)))


def program(
    placement: Placement, config: Config, environment: str = "", aws_role: str | None = None
) -> Callable[[], None]:
    """Declares identities and pipelines as the estate does: the hub where config has one, else a later environment."""

    def declare() -> None:
        place = replace(placement, naming=replace(placement.naming, environment=environment or "dev"))
        opts = pulumi.ResourceOptions(providers=[Azure("azure"), AzureDevOps("azure-devops")])
        args = PipelineIdentitiesArgs(placement=place, builds=config.hub is not None)
        identities = PipelineIdentities("pipeline-identities", args, opts)
        made = Pipelines(
            "pipelines",
            PipelinesArgs(
                placement=place,
                config=config,
                build=identities.build,
                deploy=identities.deploy,
                drift=identities.drift,
                models=Models(url="az://st/models", registry="cr.azurecr.io", aws_role=aws_role)
                if config.hub
                else None,
                hub=None if config.hub else FACTS,
                cluster_id=CLUSTER,
                namespace="scoring",
                registry_id=REGISTRY,
            ),
            opts,
        )
        pulumi.export("project", made.project_id)
        pulumi.export("release", made.release_definition_id)

    return declare
