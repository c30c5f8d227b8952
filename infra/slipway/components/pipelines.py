"""Azure DevOps as a whole: what the hub owns for its chain, and this environment's own stage.

Its parts stand beside it, one noun a file, and use one another; no other component knows them.
"""

from dataclasses import dataclass

import pulumi

from slipway.config.pipelines import Pipelines as Config
from slipway.placement import Placement
from slipway.principal import Principal

from .pipeline_hub import Models, PipelineHub, PipelineHubArgs
from .pipeline_rights import PipelineRights, PipelineRightsArgs
from .stage import Stage, StageArgs

__all__ = ["HubFacts", "Models", "Pipelines", "PipelinesArgs"]


@dataclass(frozen=True, kw_only=True)
class HubFacts:
    """Facts of the hub for a later environment, from the outputs of `stack`, the one that it promotes from."""

    project_id: pulumi.Input[str]
    release_definition_id: pulumi.Input[str]
    drift_definition_id: pulumi.Input[str]
    registry_id: pulumi.Input[str]
    stack: str


@dataclass(frozen=True, kw_only=True)
class PipelinesArgs:
    """`hub` for a later environment; `build` and `models` for the hub itself; `budget` where there is one to read.

    `protect` keeps the environment in Azure DevOps, with its deployments. `figures_id` where a canary is judged.
    """

    placement: Placement
    config: Config
    deploy: Principal
    drift: Principal
    build: Principal | None
    models: Models | None
    hub: HubFacts | None
    cluster_id: pulumi.Input[str]
    namespace: str
    registry_id: pulumi.Input[str]
    budget: bool = True
    protect: bool = False
    figures_id: pulumi.Input[str] | None = None


class Pipelines(pulumi.ComponentResource):
    """Ids are text. `build_definition_id` is None in later environments."""

    project_id: pulumi.Output[str]
    build_definition_id: pulumi.Output[str] | None
    release_definition_id: pulumi.Output[str]
    drift_definition_id: pulumi.Output[str]
    environment_id: pulumi.Output[str]

    def __init__(self, name: str, args: PipelinesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Pipelines", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self._belong(name, args, child)
        stage = Stage(
            f"{name}-stage",
            StageArgs(
                placement=args.placement,
                config=args.config,
                project_id=self.project_id,
                release_definition_id=self.release_definition_id,
                drift_definition_id=self.drift_definition_id,
                deploy=args.deploy,
                drift=args.drift,
                protect=args.protect,
            ),
            opts=child,
        )
        PipelineRights(
            f"{name}-rights",
            PipelineRightsArgs(
                placement=args.placement,
                config=args.config,
                deploy=args.deploy,
                drift=args.drift,
                build=args.build,
                cluster_id=args.cluster_id,
                namespace=args.namespace,
                registry_id=args.registry_id,
                source_registry_id=args.hub.registry_id if args.hub else None,
                promotes_from=args.hub.stack if args.hub else None,
                budget=args.budget,
                figures_id=args.figures_id,
            ),
            opts=child,
        )
        self.environment_id = stage.environment_id
        self.register_outputs({"projectId": self.project_id, "environmentId": self.environment_id})

    def _belong(self, name: str, args: PipelinesArgs, child: pulumi.ResourceOptions) -> None:
        """Take the project and its pipelines from the hub, or be the hub."""
        if args.hub is not None:
            self.project_id = pulumi.Output.from_input(args.hub.project_id)
            self.build_definition_id = None
            self.release_definition_id = pulumi.Output.from_input(args.hub.release_definition_id)
            self.drift_definition_id = pulumi.Output.from_input(args.hub.drift_definition_id)
            return
        if args.config.hub is None or args.build is None or args.models is None:
            raise ValueError("an environment without a hub is one itself: config.hub, build and models belong together")
        made = PipelineHub(
            f"{name}-hub",
            PipelineHubArgs(
                placement=args.placement,
                config=args.config,
                hub=args.config.hub,
                build=args.build,
                models=args.models,
            ),
            opts=child,
        )
        self.project_id = made.project_id
        self.build_definition_id = made.definitions.build
        self.release_definition_id = made.definitions.release
        self.drift_definition_id = made.definitions.drift
