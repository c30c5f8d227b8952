"""Guards between a commit and an environment."""

from collections.abc import Iterator

from policy.model import Fault, Level, Resource, rule
from policy.values import at, is_unknown

_DEVOPS = "azuredevops:index/"
APPROVAL = f"{_DEVOPS}checkApproval:CheckApproval"
AUTHORIZATION = f"{_DEVOPS}pipelineAuthorization:PipelineAuthorization"
CONNECTION = f"{_DEVOPS}serviceEndpointAzureRM:ServiceEndpointAzureRM"
AWS = f"{_DEVOPS}serviceEndpointAws:ServiceEndpointAws"
VARIABLES = f"{_DEVOPS}variableGroup:VariableGroup"


@rule(
    "approval-by-another",
    APPROVAL,
    demand="Whoever starts a release cannot approve it.",
    remedy="set requesterCanApprove to false",
)
def approval(resource: Resource) -> Iterator[Fault]:
    """Two people see each change of a guarded environment."""
    if at(resource.inputs, "requesterCanApprove") is True:
        yield Fault("requesterCanApprove", "on")


@rule(
    "authorization-per-pipeline",
    AUTHORIZATION,
    demand="A resource is opened to one pipeline at a time, never to all.",
    remedy="set pipelineId",
)
def authorization(resource: Resource) -> Iterator[Fault]:
    """Left out, it means every pipeline of the project, also such as come later."""
    if at(resource.inputs, "pipelineId") is None:
        yield Fault("pipelineId", "not set, which means every pipeline")


@rule(
    "connection-without-secret",
    CONNECTION,
    AWS,
    demand="A pipeline signs in to a cloud with its own identity, not with a stored secret.",
    remedy="federate: serviceEndpointAuthenticationScheme WorkloadIdentityFederation for Azure, useOidc for AWS",
)
def federated(resource: Resource) -> Iterator[Fault]:
    """Nothing to leak, nothing to rotate."""
    if resource.type == AWS:
        value = at(resource.inputs, "useOidc")
        if value is not True and not is_unknown(value):
            yield Fault("useOidc", "off")
        return
    value = at(resource.inputs, "serviceEndpointAuthenticationScheme")
    if value != "WorkloadIdentityFederation" and not is_unknown(value):
        yield Fault("serviceEndpointAuthenticationScheme", str(value) if value else "not set, which means a secret")


@rule(
    "variables-not-open",
    VARIABLES,
    demand="A group of variables is opened to pipelines by name.",
    remedy="set allowAccess to false and authorise each pipeline",
    level=Level.ADVISORY,
)
def variables(resource: Resource) -> Iterator[Fault]:
    """Advisory: such a group holds no secrets here."""
    if at(resource.inputs, "allowAccess") is True:
        yield Fault("allowAccess", "on")


RULES = (approval, authorization, federated, variables)
