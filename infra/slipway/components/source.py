"""The repository that the pipelines build, whichever server it is on.

Azure Pipelines reads YAML from Azure Repos and GitHub only. Any other Git server is mirrored into Azure Repos. The
mirror begins empty and `slipway mirror` fills it: an import that fails is never done again and shows nowhere.
"""

from dataclasses import dataclass

import pulumi
from pulumi_azuredevops._inputs import BuildDefinitionRepositoryArgs, GitInitializationArgs
from pulumi_azuredevops.get_git_repository import get_git_repository
from pulumi_azuredevops.get_group import get_group_output
from pulumi_azuredevops.get_service_endpoint_github import get_service_endpoint_github
from pulumi_azuredevops.git import Git
from pulumi_azuredevops.git_permissions import GitPermissions

from slipway.azure_pipelines import ref
from slipway.config import pipelines
from slipway.lookup import look_up

_NOT_GITHUB = frozenset(
    {"Certificate", "Kubernetes", "ManagedServiceIdentity", "None", "ServicePrincipal", "UsernamePassword"}
    | {"WorkloadIdentityFederation"}
)
"""Schemes of authorisation that only connections to other services have."""

_WRITERS = ("Contributors", "Build Administrators")
"""Groups of a project that may push to each of its repositories by default (learn.microsoft.com, "Git repository
permissions"). Administrators of the project may as well, and could lift each denial."""


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
                self.repository_id = self._created()
                self._forbid_pushes()
            case "azure-repos":
                self.repository_id = self._created() if args.config.create else self._found()
        self.register_outputs({"repositoryId": self.repository_id})

    def yaml(self, path: str) -> BuildDefinitionRepositoryArgs:
        """Return the repository that a definition needs to read the YAML at `path`."""
        return BuildDefinitionRepositoryArgs(
            repo_type="GitHub" if self._args.config.kind == "github" else "TfsGit",
            repo_id=self.repository_id,
            service_connection_id=self.connection_id,
            branch_name=ref(self._args.branch),
            yml_path=path,
            report_build_status=True,
        )

    def _github(self) -> pulumi.Output[str]:
        return pulumi.Output.from_input(self._args.project_id).apply(self._find_connection)

    async def _find_connection(self, project_id: str) -> str:
        """Return the connection's id. RunError: there is none of this name, or it is of another kind than GitHub's."""
        name = self._args.config.connection or ""
        path, opts = "pipelines.hub.source.connection", pulumi.InvokeOptions(parent=self)
        found = await look_up(
            lambda: get_service_endpoint_github(project_id=project_id, service_endpoint_name=name, opts=opts),
            path=path,
            name=name,
            allowed="the name of a GitHub connection of the project",
        )
        # The provider asks by name alone; the answer shows how the connection logs in, and not its kind.
        if (scheme := (found.authorization or {}).get("scheme")) in _NOT_GITHUB:
            raise pulumi.RunError(f"slipway:{path}: found {name!r} with {scheme}, allowed: a connection to GitHub")
        return str(found.service_endpoint_id)

    def _found(self) -> pulumi.Output[str]:
        return pulumi.Output.from_input(self._args.project_id).apply(self._find_repository)

    async def _find_repository(self, project_id: str) -> str:
        name, opts = self._args.config.name, pulumi.InvokeOptions(parent=self)
        found = await look_up(
            lambda: get_git_repository(project_id=project_id, name=name, opts=opts),
            path="pipelines.hub.source.name",
            name=name,
            allowed="a repository of the project, or create: true",
        )
        return str(found.id)

    def _created(self) -> pulumi.Output[str]:
        return Git(
            f"{self._name}-repository",
            project_id=self._args.project_id,
            name=self._args.config.name,
            initialization=GitInitializationArgs(init_type="Uninitialized"),
            opts=pulumi.ResourceOptions(
                parent=self,
                # How it began is no state of a repository: a difference there would replace it, history and all.
                ignore_changes=["initialization"],
                protect=True,
                # Who moves to another server is advised to lift the protection; the code stays nevertheless.
                retain_on_delete=True,
            ),
        ).id

    def _forbid_pushes(self) -> None:
        """Forbid people the branch that is released: reviews are made on the server that is mirrored, none here."""
        for group in _WRITERS:
            found = get_group_output(
                name=group, project_id=self._args.project_id, opts=pulumi.InvokeOptions(parent=self)
            )
            GitPermissions(
                f"{self._name}-closed-to-{group.lower().replace(' ', '-')}",
                project_id=self._args.project_id,
                repository_id=self.repository_id,
                branch_name=ref(self._args.branch),
                principal=found.descriptor,
                permissions={"GenericContribute": "Deny", "ForcePush": "Deny"},
                replace=False,
                opts=pulumi.ResourceOptions(parent=self),
            )
