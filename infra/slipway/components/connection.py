"""A pipeline's way into Azure without a secret: a service connection that an identity trusts.

Issuer and subject of the federated credential are what Azure DevOps says they are, read from the connection: their form
has changed before and is not to be composed. The connection is not validated when made, because the credential that
would let it in can only come after it.
"""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import managedidentity
from pulumi_azuredevops._inputs import ServiceEndpointAzureRMCredentialsArgs
from pulumi_azuredevops.service_endpoint_azure_rm import ServiceEndpointAzureRM

from slipway.azure_pipelines import AUDIENCE
from slipway.placement import Placement
from slipway.principal import Principal


@dataclass(frozen=True, kw_only=True)
class ConnectionArgs:
    """`title`: the connection's name in Azure DevOps."""

    placement: Placement
    project_id: pulumi.Input[str]
    title: str
    principal: Principal
    description: str


class Connection(pulumi.ComponentResource):
    """`endpoint_id`: the service connection, as permissions and checks name it."""

    endpoint_id: pulumi.Output[str]

    def __init__(self, name: str, args: ConnectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Connection", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        place = args.placement
        endpoint = ServiceEndpointAzureRM(
            f"{name}-endpoint",
            project_id=args.project_id,
            service_endpoint_name=args.title,
            description=args.description,
            service_endpoint_authentication_scheme="WorkloadIdentityFederation",
            credentials=ServiceEndpointAzureRMCredentialsArgs(serviceprincipalid=args.principal.client_id),
            azurerm_spn_tenantid=place.tenant_id,
            azurerm_subscription_id=place.subscription_id,
            # Shown to people only; the id is what every credential can tell.
            azurerm_subscription_name=place.subscription_id,
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),  # two of one name cannot exist
        )
        managedidentity.FederatedIdentityCredential(
            f"{name}-credential",
            federated_identity_credential_resource_name=args.title,
            resource_group_name=place.resource_group_name,
            resource_name_=args.principal.name,
            issuer=endpoint.workload_identity_federation_issuer,
            subject=endpoint.workload_identity_federation_subject,
            audiences=[AUDIENCE],
            opts=child,
        )
        self.endpoint_id = endpoint.id
        self.register_outputs({"endpointId": self.endpoint_id})
