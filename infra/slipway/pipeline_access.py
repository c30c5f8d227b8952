"""The one way to let a pipeline use something, and the deploy identity grant roles."""

from enum import StrEnum
from typing import cast

import pulumi
from pulumi_azuredevops.pipeline_authorization import PipelineAuthorization

from .roles import Role

_TOO_STRONG = {Role.ACR_IMPORT, Role.AKS_CLUSTER_ADMIN, Role.CONTRIBUTOR, Role.ROLE_ADMINISTRATOR}
"""What an identity that may grant roles must not be able to give itself or others."""


class Kind(StrEnum):
    """What Azure DevOps asks a permission for."""

    ENDPOINT = "endpoint"
    ENVIRONMENT = "environment"
    QUEUE = "queue"
    VARIABLE_GROUP = "variablegroup"


def permit(
    name: str,
    kind: Kind,
    resource_id: pulumi.Input[str],
    *,
    to: pulumi.Input[str],
    project_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> PipelineAuthorization:
    """Let the definition `to` use a resource: that one definition, never all pipelines of the project."""
    return PipelineAuthorization(
        name, project_id=project_id, type=kind, resource_id=resource_id, pipeline_id=number(to), opts=opts
    )


def number(definition_id: pulumi.Input[str]) -> pulumi.Input[int]:
    """A definition's id where the SDK wants a number. The provider reads the text as one, as Terraform does."""
    return cast("pulumi.Input[int]", definition_id)


def may_grant() -> str:
    """The condition under which an identity may grant and revoke roles: those of this program, none that are stronger.

    Source: learn.microsoft.com, "Delegate Azure role assignment management with conditions".
    """
    allowed = ", ".join(sorted(role.value for role in Role if role not in _TOO_STRONG))
    parts = []
    for action, place in (("write", "@Request"), ("delete", "@Resource")):
        name = "Microsoft.Authorization/roleAssignments"
        parts.append(
            f"((!(ActionMatches{{'{name}/{action}'}})) OR "
            f"({place}[{name}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{allowed}}}))"
        )
    return " AND ".join(parts)
