"""The Azure DevOps project: one that exists, or one of this program's own."""

from dataclasses import dataclass

import pulumi
from pulumi_azuredevops.get_project import get_project
from pulumi_azuredevops.project import Project
from pulumi_azuredevops.project_pipeline_settings import ProjectPipelineSettings

from slipway.config import pipelines
from slipway.lookup import look_up

_FEATURES = {
    "repositories": "enabled",
    "pipelines": "enabled",
    "boards": "disabled",
    "testplans": "disabled",
    "artifacts": "disabled",
}


@dataclass(frozen=True, kw_only=True)
class DevOpsProjectArgs:
    """The project that config names."""

    config: pipelines.Project


class DevOpsProject(pulumi.ComponentResource):
    """`project_id`: a GUID. The settings of a project that exists belong to its maker, and stay as they are."""

    project_id: pulumi.Output[str]

    def __init__(self, name: str, args: DevOpsProjectArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:DevOpsProject", name, None, opts)
        self.project_id = (
            self._created(name, args) if args.config.create else pulumi.Output.from_input(self._find(args.config.name))
        )
        self.register_outputs({"projectId": self.project_id})

    async def _find(self, name: str) -> str:
        opts = pulumi.InvokeOptions(parent=self)
        found = await look_up(
            lambda: get_project(name=name, opts=opts),
            path="pipelines.hub.project.name",
            name=name,
            allowed="a project of the organisation that this login may read, or create: true",
        )
        return str(found.project_id)

    def _created(self, name: str, args: DevOpsProjectArgs) -> pulumi.Output[str]:
        project = Project(
            f"{name}-project",
            name=args.config.name,
            description="Builds and releases by Slipway",
            visibility="private",
            version_control="Git",
            features=_FEATURES,
            # Code, history and runs of everybody are in it, so it also stays when the protection is lifted.
            opts=pulumi.ResourceOptions(parent=self, protect=True, retain_on_delete=True),
        )
        ProjectPipelineSettings(
            f"{name}-settings",
            project_id=project.id,
            enforce_job_scope=True,
            enforce_job_scope_for_release=True,
            enforce_referenced_repo_scoped_token=True,
            enforce_settable_var=True,
            publish_pipeline_metadata=False,
            status_badges_are_private=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return project.id
