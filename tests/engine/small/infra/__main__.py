"""One of everything that the simulation has an opinion on: what a stack of the program is made of, without its care."""

import base64
from dataclasses import dataclass

import pulumi
import pulumi_azuredevops as azuredevops
import pulumi_kubernetes.core.v1 as core
import yaml
from pulumi_azure_native import authorization, containerservice, managedidentity, network, resources, storage
from pulumi_azure_native.provider import Provider as Azure
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.provider import Provider as Kubernetes

NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"

config = pulumi.Config()
azure = Azure("azure", location="westeurope")
on_azure = pulumi.ResourceOptions(provider=azure)


@dataclass
class Ground:
    group: resources.ResourceGroup
    subnet: network.Subnet
    identity: managedidentity.UserAssignedIdentity
    address: network.PublicIPAddress


def ground() -> Ground:
    group = resources.ResourceGroup("group", resource_group_name="rg-small", opts=on_azure)
    space = network.AddressSpaceArgs(address_prefixes=["10.0.0.0/16"])
    net = network.VirtualNetwork("network", resource_group_name=group.name, address_space=space, opts=on_azure)
    return Ground(
        group,
        network.Subnet(
            "nodes",
            resource_group_name=group.name,
            virtual_network_name=net.name,
            address_prefix="10.0.0.0/24",
            opts=on_azure,
        ),
        managedidentity.UserAssignedIdentity(
            "identity", resource_group_name=group.name, resource_name_="id-small", opts=on_azure
        ),
        network.PublicIPAddress(
            "address",
            resource_group_name=group.name,
            public_ip_address_name="pip-small",
            sku=network.PublicIPAddressSkuArgs(name=config.get("sku") or "Standard"),
            tags={"note": config.require_secret("note")},
            opts=on_azure,
        ),
    )


def cluster_on(here: Ground) -> containerservice.ManagedCluster:
    pool = containerservice.ManagedClusterAgentPoolProfileArgs(
        name="system", mode="System", count=config.get_int("count") or 1, vm_size="small", vnet_subnet_id=here.subnet.id
    )
    identity = containerservice.ManagedClusterIdentityArgs(
        type=containerservice.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[here.identity.id]
    )
    return containerservice.ManagedCluster(
        "cluster",
        resource_group_name=here.group.name,
        resource_name_="aks-small",
        dns_prefix=config.get("dns") or "small",
        agent_pool_profiles=[pool],
        identity=identity,
        opts=on_azure,
    )


def kubeconfig(credentials: containerservice.ListManagedClusterUserCredentialsResult) -> str:
    text = base64.b64decode(credentials.kubeconfigs[0].value).decode()
    assert "clusters" in yaml.safe_load(text)
    return text


def objects_on(cluster: containerservice.ManagedCluster, here: Ground) -> core.Service:
    credentials = containerservice.list_managed_cluster_user_credentials_output(
        resource_group_name=here.group.name, resource_name=cluster.name, opts=pulumi.InvokeOptions(provider=azure)
    )
    text = credentials.apply(kubeconfig)
    secret = pulumi.ResourceOptions(additional_secret_outputs=["kubeconfig"])
    login = Kubernetes("cluster", kubeconfig=text, cluster_identifier=cluster.id, opts=secret)
    inside = pulumi.ResourceOptions(provider=login, deleted_with=cluster)
    space = core.Namespace("space", metadata=ObjectMetaArgs(name="small"), opts=inside)
    core.ConfigMap("settings", metadata=ObjectMetaArgs(namespace="small"), data={"a": config.get("data") or "b"},
                   opts=pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=[space])))  # fmt: skip
    notes = "service.beta.kubernetes.io/"
    annotations = {
        f"{notes}azure-pip-name": here.address.name,
        f"{notes}azure-load-balancer-resource-group": here.group.name,
    }
    grant = authorization.RoleAssignment(
        "join",
        scope=here.group.id,
        principal_id=here.identity.principal_id,
        principal_type="ServicePrincipal",
        role_definition_id=f"/providers/Microsoft.Authorization/roleDefinitions/{NETWORK_CONTRIBUTOR}",
        opts=on_azure,
    )
    return core.Service(
        "entry",
        metadata=ObjectMetaArgs(name="entry", namespace="small", annotations=annotations),
        spec=core.ServiceSpecArgs(type="LoadBalancer", ports=[core.ServicePortArgs(port=80)]),
        opts=pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=[space, grant])),
    )


def ingress(status: core.outputs.ServiceStatus | None) -> object:
    return status.load_balancer.ingress if status and status.load_balancer else None


def delivery(here: Ground) -> None:
    organisation = azuredevops.Provider("organisation", org_service_url="https://dev.azure.com/small")
    by = pulumi.ResourceOptions(provider=organisation)
    project = azuredevops.Project("project", opts=by)
    endpoint = azuredevops.ServiceEndpointAzureRM(
        "endpoint",
        project_id=project.id,
        service_endpoint_name="azure",
        service_endpoint_authentication_scheme="WorkloadIdentityFederation",
        azurerm_spn_tenantid="made-up",
        opts=by,
    )
    managedidentity.FederatedIdentityCredential(
        "trust",
        resource_group_name=here.group.name,
        resource_name_=here.identity.name,
        issuer=endpoint.workload_identity_federation_issuer,
        subject=endpoint.workload_identity_federation_subject,
        audiences=["api://AzureADTokenExchange"],
        opts=on_azure,
    )


def main() -> None:
    here = ground()
    cluster = cluster_on(here)
    entry = objects_on(cluster, here)
    delivery(here)
    account = storage.StorageAccount(
        "models",
        resource_group_name=here.group.name,
        sku=storage.SkuArgs(name="Standard_LRS"),
        kind="StorageV2",
        opts=on_azure,
    )
    pulumi.export("address", here.address.ip_address)
    pulumi.export("entry", entry.status.apply(ingress))
    pulumi.export("issuer", cluster.fqdn)
    pulumi.export("blobs", account.primary_endpoints.blob)


main()
