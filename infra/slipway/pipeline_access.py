"""The one way to let a pipeline use something."""

from enum import StrEnum
from typing import cast

import pulumi
from pulumi_azuredevops.pipeline_authorization import PipelineAuthorization


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
