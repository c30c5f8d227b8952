"""Resources that a chain's first environment owns for all: project, repository, pipelines, the build's way out."""

from dataclasses import dataclass

import pulumi
from pulumi_azuredevops._inputs import VariableGroupVariableArgs
from pulumi_azuredevops.build_definition_permissions import BuildDefinitionPermissions
from pulumi_azuredevops.git_permissions import GitPermissions
from pulumi_azuredevops.service_endpoint_aws import ServiceEndpointAws
from pulumi_azuredevops.serviceendpoint_incomingwebhook import ServiceendpointIncomingwebhook
from pulumi_azuredevops.variable_group import VariableGroup

from slipway import azure_pipelines as names
from slipway.config.pipelines import Hub, Pipelines
from slipway.pipeline_access import Kind, find_queue, permit
from slipway.placement import Placement
from slipway.principal import Principal

from .checks import Guard, GuardArgs
from .connection import Connection, ConnectionArgs
from .definitions import Definitions, DefinitionsArgs
from .devops_project import DevOpsProject, DevOpsProjectArgs
from .membership import Membership, MembershipArgs
from .source import Source, SourceArgs


@dataclass(frozen=True, kw_only=True)
class Models:
    """URL that models come from, and the login server of the registry that images go to.

    `aws_role`: ARN of the role that may read models in S3.
    """

    url: pulumi.Input[str]
    registry: pulumi.Input[str]
    aws_role: str | None


@dataclass(frozen=True, kw_only=True)
class PipelineHubArgs:
    """`build`: the identity that the build acts as."""

    placement: Placement
    config: Pipelines
    hub: Hub
    build: Principal
    models: Models


class PipelineHub(pulumi.ComponentResource):
    """`project_id` and `definitions` are what every other environment of the chain needs."""

    project_id: pulumi.Output[str]
    definitions: Definitions

    def __init__(self, name: str, args: PipelineHubArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:PipelineHub", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        project = DevOpsProject(f"{name}-project", DevOpsProjectArgs(config=args.hub.project), opts=self._child)
        self.project_id = project.project_id
        webhook = self._webhook() if args.hub.model_trigger == "webhook" else None
        self.definitions = self._definitions(webhook)
        if webhook is not None:
            self._permit("model-webhook", Kind.ENDPOINT, webhook.id, self.definitions.model)
        self._connect()
        self._variables()
        if args.hub.review_pool:
            self._permit_reviews(args.hub.review_pool)
        self._triggers()
        if args.models.aws_role:
            self._aws(args.models.aws_role)
        self.register_outputs({"projectId": self.project_id})

    def _definitions(self, webhook: pulumi.Resource | None) -> Definitions:
        config, hub = self._args.config, self._args.hub
        self._source = Source(
            f"{self._name}-source",
            SourceArgs(project_id=self.project_id, config=hub.source, branch=config.branch),
            opts=self._child,
        )
        return Definitions(
            f"{self._name}-definition",
            DefinitionsArgs(
                project_id=self.project_id,
                yaml=self._source.yaml,
                connection_id=self._source.connection_id,
                repository_id=self._source.repository_id if hub.source.kind == "azure-repos" else None,
                mirrored=hub.source.url is not None,
                reviewers=hub.source.reviewers,
                branch=config.branch,
                pool=config.pool,
                retention_days=hub.retention_days,
                model_trigger=hub.model_trigger,
                webhook=webhook,
            ),
            opts=self._child,
        )

    def _connect(self) -> None:
        """The build's connection, open to the main branch alone: a pull request publishes nothing."""
        args = self._args
        connection = Connection(
            f"{self._name}-build",
            ConnectionArgs(
                placement=args.placement,
                project_id=self.project_id,
                title=names.BUILD_CONNECTION,
                principal=args.build,
                description="reads models, pushes images",
            ),
            opts=self._child,
        )
        self._guard("build", Kind.ENDPOINT, connection.endpoint_id)
        self._permit_builders("connection", Kind.ENDPOINT, connection.endpoint_id)
        if self.definitions.mirror is not None:
            self._permit("mirror-connection", Kind.ENDPOINT, connection.endpoint_id, self.definitions.mirror)

    def _variables(self) -> None:
        models, state = self._args.models, self._args.config.state
        facts: dict[str, pulumi.Input[str]] = {
            "SLIPWAY_MODELS": models.url,
            "REGISTRY": pulumi.Output.concat(models.registry, "/", self._args.placement.naming.workload),
            "SLIPWAY_RELEASES": names.releases_url(state.account, state.releases),
            **names.LOGIN,
        }
        if self._args.hub.source.url:
            facts["SLIPWAY_SOURCE"] = self._args.hub.source.url
        group = VariableGroup(
            f"{self._name}-variables",
            project_id=self.project_id,
            name=names.BUILD_VARIABLES,
            description="Facts that the build needs; nothing secret",
            allow_access=False,
            variables=[VariableGroupVariableArgs(name=key, value=value) for key, value in facts.items()],
            opts=self._child,
        )
        self._guard("variables", Kind.VARIABLE_GROUP, group.id)
        self._permit_builders("variables", Kind.VARIABLE_GROUP, group.id)
        if self.definitions.mirror is not None:
            self._permit("mirror-variables", Kind.VARIABLE_GROUP, group.id, self.definitions.mirror)

    def _triggers(self) -> None:
        """Grant the rights by which a new model, or a commit on the server that is mirrored, starts a build."""
        member = Membership(
            f"{self._name}-build-member",
            MembershipArgs(project_id=self.project_id, principal_id=self._args.build.principal_id),
            opts=self._child,
        )
        BuildDefinitionPermissions(
            f"{self._name}-may-queue",
            project_id=self.project_id,
            build_definition_id=self.definitions.build,
            principal=member.descriptor,
            permissions={"QueueBuilds": "Allow"},
            replace=False,
            opts=self._child,
        )
        if self.definitions.mirror is not None:
            self._let_push("", member)
        if self._args.hub.source.pusher:
            args = MembershipArgs(project_id=self.project_id, principal_id=self._args.hub.source.pusher)
            self._let_push("server-", Membership(f"{self._name}-server-member", args, opts=self._child))

    def _let_push(self, who: str, member: Membership) -> None:
        """Let an identity write the branches and tags of the mirror."""
        GitPermissions(
            f"{self._name}-{who}may-push",
            project_id=self.project_id,
            repository_id=self._source.repository_id,
            principal=member.descriptor,
            permissions={"GenericContribute": "Allow", "CreateBranch": "Allow", "CreateTag": "Allow"},
            replace=False,
            opts=self._child,
        )

    def _webhook(self) -> ServiceendpointIncomingwebhook:
        """A bell, no letter box: its address is public and it has no secret, so what is sent to it is never read."""
        return ServiceendpointIncomingwebhook(
            f"{self._name}-webhook",
            project_id=self.project_id,
            service_endpoint_name=names.WEBHOOK_CONNECTION,
            webhook_name=names.WEBHOOK,
            description="Rings when a model may have been published",
            opts=self._child,
        )

    def _aws(self, role: str) -> None:
        connection = ServiceEndpointAws(
            f"{self._name}-aws",
            project_id=self.project_id,
            service_endpoint_name=names.AWS_CONNECTION,
            description="reads models in S3",
            use_oidc=True,
            role_to_assume=role,
            role_session_name="slipway",
            opts=self._child,
        )
        self._guard("aws", Kind.ENDPOINT, connection.id)
        self._permit_builders("aws", Kind.ENDPOINT, connection.id)

    def _permit_reviews(self, pool: str) -> None:
        """Without branch control: these agents run unreviewed code, reach no network of ours and hold nothing."""
        path, opts = "pipelines.hub.reviewPool", pulumi.InvokeOptions(parent=self)
        queue = find_queue(pool, path=path, project_id=self.project_id, opts=opts)
        self._permit("build-review-pool", Kind.QUEUE, queue, self.definitions.build)

    def _guard(self, part: str, target: Kind, target_id: pulumi.Input[str]) -> None:
        config = self._args.config
        Guard(
            f"{self._name}-{part}-guard",
            GuardArgs(
                project_id=self.project_id,
                target_id=target_id,
                target=target,
                checks=config.checks,
                branch=config.branch,
            ),
            opts=self._child,
        )

    def _permit_builders(self, part: str, kind: Kind, resource_id: pulumi.Input[str]) -> None:
        """To the pipelines that read models: the build, and the one that waits for new ones."""
        self._permit(f"build-{part}", kind, resource_id, self.definitions.build)
        self._permit(f"model-{part}", kind, resource_id, self.definitions.model)

    def _permit(self, part: str, kind: Kind, resource_id: pulumi.Input[str], to: pulumi.Input[str]) -> None:
        permit(f"{self._name}-{part}", kind, resource_id, to=to, project_id=self.project_id, opts=self._child)
