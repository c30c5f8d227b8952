"""One environment in Azure DevOps: what guards it, the connections to its Azure, and which pipeline may use which.

The release pipeline gets the environment, the connection that deploys and, for what approvers read, the one that looks;
the drift pipeline only that one. Each of them answers to the released branch alone, and so do the variables and agents:
a run takes its YAML from its own branch, so a resource without the check is open to each person who may push one.
"""

from dataclasses import dataclass

import pulumi
from pulumi_azuredevops._inputs import VariableGroupVariableArgs
from pulumi_azuredevops.environment import Environment
from pulumi_azuredevops.variable_group import VariableGroup

from slipway.azure_pipelines import LOGIN, Purpose, backend_url, connection, releases_url, variables
from slipway.config.pipelines import Pipelines
from slipway.pipeline_access import Kind, find_queue, permit
from slipway.placement import Placement
from slipway.principal import Principal

from .checks import Guard, GuardArgs
from .connection import Connection, ConnectionArgs
from .membership import Membership, MembershipArgs


@dataclass(frozen=True, kw_only=True)
class StageArgs:
    """The project's facts come from the hub, which may be another stack."""

    placement: Placement
    config: Pipelines
    project_id: pulumi.Input[str]
    release_definition_id: pulumi.Input[str]
    drift_definition_id: pulumi.Input[str]
    deploy: Principal
    drift: Principal
    protect: bool


class Stage(pulumi.ComponentResource):
    """`environment_id`: the Azure DevOps environment, which collects this environment's deployments."""

    environment_id: pulumi.Output[str]

    def __init__(self, name: str, args: StageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Stage", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._title = args.placement.naming.environment
        self.environment_id = self._environment()
        deploy = self._connect(Purpose.DEPLOY, args.deploy)
        drift = self._connect(Purpose.DRIFT, args.drift)
        group = self._variables()
        self._guard("environment", Kind.ENVIRONMENT, self.environment_id)
        self._guard("deploy", Kind.ENDPOINT, deploy)
        self._guard("drift", Kind.ENDPOINT, drift)
        self._guard("variables", Kind.VARIABLE_GROUP, group)
        release = args.release_definition_id
        self._permit("release-environment", Kind.ENVIRONMENT, self.environment_id, release)
        self._permit("release-connection", Kind.ENDPOINT, deploy, release)
        self._permit("release-preview", Kind.ENDPOINT, drift, release)
        self._permit("release-variables", Kind.VARIABLE_GROUP, group, release)
        self._permit("drift-connection", Kind.ENDPOINT, drift, args.drift_definition_id)
        self._permit("drift-variables", Kind.VARIABLE_GROUP, group, args.drift_definition_id)
        if args.config.pool:
            self._permit_pool(args.config.pool)
        self.register_outputs({"environmentId": self.environment_id})

    def _environment(self) -> pulumi.Output[str]:
        return Environment(
            f"{self._name}-environment",
            project_id=self._args.project_id,
            name=self._title,
            description=f"{self._args.placement.naming.workload} in {self._title}",
            # Azure DevOps keeps the environment's deployments in it, and deletes them with it.
            opts=pulumi.ResourceOptions(
                parent=self, protect=self._args.protect, retain_on_delete=self._args.protect or None
            ),
        ).id

    def _connect(self, purpose: Purpose, principal: Principal) -> pulumi.Output[str]:
        args = self._args
        may = "changes" if purpose is Purpose.DEPLOY else "reads"
        Membership(
            f"{self._name}-{purpose}-member",
            MembershipArgs(project_id=args.project_id, principal_id=principal.principal_id),
            opts=self._child,
        )
        made = Connection(
            f"{self._name}-{purpose}",
            ConnectionArgs(
                placement=args.placement,
                project_id=args.project_id,
                title=connection(self._title, purpose),
                principal=principal,
                description=f"{may} {self._title}",
            ),
            opts=self._child,
        )
        return made.endpoint_id

    def _variables(self) -> pulumi.Output[str]:
        config = self._args.config
        facts = {
            "PULUMI_BACKEND_URL": backend_url(config.state.account, config.state.container),
            "AZURE_STORAGE_ACCOUNT": config.state.account,
            **LOGIN,
            "AZDO_ORG_SERVICE_URL": config.organization,
            "SLIPWAY_RELEASES": releases_url(config.state.account, config.state.releases),
            "SLIPWAY_RIGHTS": config.rights,
            "SLIPWAY_LATENCY_MS": str(config.latency_budget_ms),
        }
        return VariableGroup(
            f"{self._name}-variables",
            project_id=self._args.project_id,
            name=variables(self._title),
            description=f"Facts about {self._title} that pipelines need; nothing secret",
            allow_access=False,
            variables=[VariableGroupVariableArgs(name=key, value=value) for key, value in facts.items()],
            opts=self._child,
        ).id

    def _guard(self, part: str, target: Kind, target_id: pulumi.Output[str]) -> None:
        Guard(
            f"{self._name}-{part}-guard",
            GuardArgs(
                project_id=self._args.project_id,
                target_id=target_id,
                target=target,
                checks=self._args.config.checks,
                branch=self._args.config.branch,
            ),
            opts=self._child,
        )

    def _permit(self, part: str, kind: Kind, resource_id: pulumi.Input[str], to: pulumi.Input[str]) -> None:
        permit(f"{self._name}-{part}", kind, resource_id, to=to, project_id=self._args.project_id, opts=self._child)

    def _permit_pool(self, pool: str) -> None:
        opts = pulumi.InvokeOptions(parent=self)
        queue = find_queue(pool, path="pipelines.pool", project_id=self._args.project_id, opts=opts)
        self._guard("pool", Kind.QUEUE, queue)
        for pipeline, definition in (
            ("release", self._args.release_definition_id),
            ("drift", self._args.drift_definition_id),
        ):
            self._permit(f"{pipeline}-pool", Kind.QUEUE, queue, definition)
