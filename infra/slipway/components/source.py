"""The repository that the pipelines build, whichever server it is on.

Azure Pipelines reads YAML from Azure Repos and GitHub only. Any other Git server is mirrored into Azure Repos: imported
once here, followed by the mirror pipeline.
"""

from dataclasses import dataclass

import pulumi
from pulumi_azuredevops._inputs import BuildDefinitionRepositoryArgs, GitInitializationArgs
from pulumi_azuredevops.get_git_repository import get_git_repository_output
from pulumi_azuredevops.get_service_endpoint_github import get_service_endpoint_github_output
from pulumi_azuredevops.git import Git
from pulumi_azuredevops.service_endpoint_generic_git import ServiceEndpointGenericGit

from slipway.azure_pipelines import GIT_CONNECTION, ref
from slipway.config import pipelines


@dataclass(frozen=True, kw_only=True)
class SourceArgs:
    """The repository that config names, and the branch that is built."""

    project_id: pulumi.Input[str]
    config: pipelines.Source
    branch: str


class Source(pulumi.ComponentResource):
    """`repository_id`: a GUID in Azure Repos, owner/name on GitHub. `connection_id`: only on GitHub."""

    repository_id: pulumi.Output[str]
    connection_id: pulumi.Output[str] | None

    def __init__(self, name: str, args: SourceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Source", name, None, opts)
        self._name, self._args = name, args
        self.connection_id = None
        match args.config.kind:
            case "github":
                self.repository_id = pulumi.Output.from_input(args.config.name)
                self.connection_id = self._github()
            case "other-git":
                self.repository_id = self._mirror()
            case "azure-repos":
                self.repository_id = self._created() if args.config.create else self._found()
        self.register_outputs({"repositoryId": self.repository_id})

    def yaml(self, path: str) -> BuildDefinitionRepositoryArgs:
        """What a definition needs to read the YAML at `path`."""
        return BuildDefinitionRepositoryArgs(
            repo_type="GitHub" if self._args.config.kind == "github" else "TfsGit",
            repo_id=self.repository_id,
            service_connection_id=self.connection_id,
            branch_name=ref(self._args.branch),
            yml_path=path,
            report_build_status=True,
        )

    def _github(self) -> pulumi.Output[str]:
        return get_service_endpoint_github_output(
            project_id=self._args.project_id,
            service_endpoint_name=self._args.config.connection or "",
            opts=pulumi.InvokeOptions(parent=self),
        ).service_endpoint_id

    def _found(self) -> pulumi.Output[str]:
        return get_git_repository_output(
            project_id=self._args.project_id, name=self._args.config.name, opts=pulumi.InvokeOptions(parent=self)
        ).id

    def _created(self) -> pulumi.Output[str]:
        return self._git(GitInitializationArgs(init_type="Uninitialized"))

    def _mirror(self) -> pulumi.Output[str]:
        url = self._args.config.url or ""
        server = ServiceEndpointGenericGit(
            f"{self._name}-server",
            project_id=self._args.project_id,
            service_endpoint_name=GIT_CONNECTION,
            description="Where the code is written; read without credentials",
            repository_url=url,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return self._git(
            GitInitializationArgs(
                init_type="Import", source_type="Git", source_url=url, service_connection_id=server.id
            )
        )

    def _git(self, initialization: GitInitializationArgs) -> pulumi.Output[str]:
        return Git(
            f"{self._name}-repository",
            project_id=self._args.project_id,
            name=self._args.config.name,
            initialization=initialization,
            # How it began is no state of a repository: a difference there would replace it, history and all.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["initialization"], protect=True),
        ).id
