"""The pipelines: definitions that point at YAML in the repository, and the policy that makes pull requests pass one.

"Release" is a second YAML pipeline: the provider has no classic release definitions, and Microsoft advises against
them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_azuredevops._inputs import (
    BranchPolicyBuildValidationSettingsArgs,
    BranchPolicyBuildValidationSettingsScopeArgs,
    BranchPolicyMinReviewersSettingsArgs,
    BranchPolicyMinReviewersSettingsScopeArgs,
    BuildDefinitionCiTriggerArgs,
    BuildDefinitionFeatureArgs,
    BuildDefinitionPullRequestTriggerArgs,
    BuildDefinitionPullRequestTriggerForksArgs,
    BuildDefinitionRepositoryArgs,
    BuildDefinitionVariableArgs,
)
from pulumi_azuredevops.branch_policy_build_validation import BranchPolicyBuildValidation
from pulumi_azuredevops.branch_policy_min_reviewers import BranchPolicyMinReviewers
from pulumi_azuredevops.build_definition import BuildDefinition

from slipway.azure_pipelines import BUILD, DRIFT, MIRROR, MODEL_ON_SCHEDULE, MODEL_ON_WEBHOOK, RELEASE, Pipeline, ref
from slipway.pipeline_access import Kind, find_queue, number, permit

_HOSTED_POOL = "Azure Pipelines"
_MODEL = {"schedule": MODEL_ON_SCHEDULE, "webhook": MODEL_ON_WEBHOOK, "none": MODEL_ON_SCHEDULE}


@dataclass(frozen=True, kw_only=True)
class DefinitionsArgs:
    """`yaml` makes the repository's part of a definition; `connection_id` is the source's, where it has one.

    `repository_id` is None where pull requests are made on another server, which has policies of its own. `webhook` is
    the connection that rings: Azure DevOps registers the webhook of a definition's YAML when the definition is written.
    """

    project_id: pulumi.Input[str]
    yaml: Callable[[str], BuildDefinitionRepositoryArgs]
    connection_id: pulumi.Input[str] | None
    repository_id: pulumi.Input[str] | None
    mirrored: bool
    reviewers: int
    branch: str
    pool: str | None
    retention_days: int
    model_trigger: Literal["schedule", "webhook", "none"]
    webhook: pulumi.Resource | None = None


class Definitions(pulumi.ComponentResource):
    """Ids of the definitions, as text; `mirror` is None where there is nothing to mirror."""

    build: pulumi.Output[str]
    release: pulumi.Output[str]
    drift: pulumi.Output[str]
    model: pulumi.Output[str]
    mirror: pulumi.Output[str] | None

    def __init__(self, name: str, args: DefinitionsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Definitions", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.build = self._definition("build", BUILD)
        self.release = self._definition("release", RELEASE)
        self.drift = self._definition("drift", DRIFT)
        # Without a trigger it is disabled and not taken away: its runs and its id stay for the day when there is one.
        self.model = self._definition(
            "model",
            _MODEL[args.model_trigger],
            enabled=args.model_trigger != "none",
            after=[args.webhook] if args.webhook else [],
        )
        self.mirror = self._definition("mirror", MIRROR) if args.mirrored else None
        if args.repository_id is not None:
            self._policies(args.repository_id)
        self.register_outputs({"build": self.build, "release": self.release, "drift": self.drift})

    def _definition(
        self, part: str, pipeline: Pipeline, *, enabled: bool = True, after: Sequence[pulumi.Resource] = ()
    ) -> pulumi.Output[str]:
        args = self._args
        made = BuildDefinition(
            f"{self._name}-{part}",
            project_id=args.project_id,
            name=pipeline.name,
            path="\\",  # `resources.pipelines` names a pipeline without its folder
            repository=args.yaml(pipeline.path),
            agent_pool_name=args.pool or _HOSTED_POOL,
            # No `job_authorization_scope`: the provider reads it and never sends it. The project's settings limit it
            # (docs/reference/provider-arguments.md).
            ci_trigger=BuildDefinitionCiTriggerArgs(use_yaml=True),
            pull_request_trigger=self._pull_requests() if pipeline is BUILD else None,
            features=[BuildDefinitionFeatureArgs(skip_first_run=True)],
            variables=self._settings() if pipeline is RELEASE else None,
            queue_status="enabled" if enabled else "disabled",
            # Every environment of the chain permits its resources to these by their ids; their runs go with them.
            opts=pulumi.ResourceOptions(parent=self, protect=True, retain_on_delete=True, depends_on=list(after)),
        )
        if args.connection_id is not None:
            self._permit(f"{part}-source", Kind.ENDPOINT, args.connection_id, made.id)
        if args.pool and pipeline not in (RELEASE, DRIFT):  # those two are each environment's to permit
            self._permit(f"{part}-pool", Kind.QUEUE, self._queue(args.pool), made.id)
        return made.id

    def _pull_requests(self) -> BuildDefinitionPullRequestTriggerArgs | None:
        """On GitHub the YAML says which; in Azure Repos this trigger does nothing and the branch policy is it."""
        if self._args.connection_id is None:
            return None
        return BuildDefinitionPullRequestTriggerArgs(
            use_yaml=True,
            initial_branch=self._args.branch,
            forks=BuildDefinitionPullRequestTriggerForksArgs(enabled=False, share_secrets=False),
        )

    def _settings(self) -> list[BuildDefinitionVariableArgs]:
        """Return the days to keep released runs. A release asks for them: the provider cannot set a project's rules."""
        days = str(self._args.retention_days)
        return [BuildDefinitionVariableArgs(name="SLIPWAY_RETENTION_DAYS", value=days, allow_override=False)]

    def _policies(self, repository_id: pulumi.Input[str]) -> None:
        branch = ref(self._args.branch)
        BranchPolicyBuildValidation(
            f"{self._name}-validation",
            project_id=self._args.project_id,
            enabled=True,
            blocking=True,
            settings=BranchPolicyBuildValidationSettingsArgs(
                display_name="Tests and preview",
                build_definition_id=number(self.build),
                valid_duration=0,
                queue_on_source_update_only=False,
                scopes=[
                    BranchPolicyBuildValidationSettingsScopeArgs(
                        repository_id=repository_id, repository_ref=branch, match_type="Exact"
                    )
                ],
            ),
            opts=self._child,
        )
        if self._args.reviewers:
            BranchPolicyMinReviewers(
                f"{self._name}-review",
                project_id=self._args.project_id,
                enabled=True,
                blocking=True,
                settings=BranchPolicyMinReviewersSettingsArgs(
                    reviewer_count=self._args.reviewers,
                    submitter_can_vote=False,
                    last_pusher_cannot_approve=True,
                    on_push_reset_approved_votes=True,
                    scopes=[
                        BranchPolicyMinReviewersSettingsScopeArgs(
                            repository_id=repository_id, repository_ref=branch, match_type="Exact"
                        )
                    ],
                ),
                opts=self._child,
            )

    def _permit(self, part: str, kind: Kind, resource_id: pulumi.Input[str], to: pulumi.Input[str]) -> None:
        permit(f"{self._name}-{part}", kind, resource_id, to=to, project_id=self._args.project_id, opts=self._child)

    def _queue(self, pool: str) -> pulumi.Output[str]:
        opts = pulumi.InvokeOptions(parent=self)
        return find_queue(pool, path="pipelines.pool", project_id=self._args.project_id, opts=opts)
