"""The one way to let a pipeline use something."""

from enum import StrEnum
from typing import cast

import pulumi
from pulumi_azuredevops.get_agent_queue import get_agent_queue
from pulumi_azuredevops.pipeline_authorization import PipelineAuthorization

from slipway.lookup import look_up


class Kind(StrEnum):
    """Kind of resource that Azure DevOps asks a permission for."""

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
    """Let the definition `to` use a resource: that one definition, never all pipelines of the project.

    Every environment on an agent pool asks for the same permission, and Azure DevOps has it once. One that leaves, or
    takes another pool, must not take it from the others: it stays.
    """
    if kind is Kind.QUEUE:
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=True))
    return PipelineAuthorization(
        name, project_id=project_id, type=kind, resource_id=resource_id, pipeline_id=number(to), opts=opts
    )


def find_queue(
    pool: str, *, path: str, project_id: pulumi.Input[str], opts: pulumi.InvokeOptions
) -> pulumi.Output[str]:
    """Return the id of a pool's queue in the project. RunError names `path`, the pool's key, where there is none."""

    async def find(project: str) -> str:
        allowed = "an agent pool that the project may use: Organization settings, Agent pools"
        found = await look_up(
            lambda: get_agent_queue(project_id=project, name=pool, opts=opts), path=path, name=pool, allowed=allowed
        )
        return str(found.id)

    return pulumi.Output.from_input(project_id).apply(find)


def number(definition_id: pulumi.Input[str]) -> pulumi.Input[int]:
    """A definition's id where the SDK wants a number. The provider reads the text as one, as Terraform does."""
    return cast("pulumi.Input[int]", definition_id)
