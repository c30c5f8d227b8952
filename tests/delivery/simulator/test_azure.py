"""The simulated Azure refuses what Azure refuses, and computes what Azure computes."""

from typing import Any

import pytest

from delivery.simulator.azure_native import AzureNative
from delivery.simulator.cloud import Cloud
from delivery.simulator.laws import RefusedError
from tests.delivery.simulator.conftest import GROUP, Client

ACCOUNT = "azure-native:storage:StorageAccount"
ADDRESS = "azure-native:network:PublicIPAddress"
CLUSTER = "azure-native:containerservice:ManagedCluster"
GRANT = "azure-native:authorization:RoleAssignment"
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
LOCK = "azure-native:authorization:ManagementLockByScope"
POOL = "azure-native:containerservice:AgentPool"


def make_cluster(azure: Client, **given: Any) -> str:
    inputs = {"resourceGroupName": "rg-a", "resourceName": "aks", "kubernetesVersion": "1.35", **given}
    return azure.create(CLUSTER, **inputs)[0]


def test_a_provider_without_a_subscription_is_refused(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARM_SUBSCRIPTION_ID", raising=False)
    with pytest.raises(RefusedError, match="Subscription ID must be configured"):
        AzureNative(cloud).configure({})


def test_a_resource_gets_its_id_its_location_and_the_values_that_azure_computes(azure: Client) -> None:
    resource_id, outputs = azure.create(ACCOUNT, resourceGroupName="rg-a", accountName="stmodels")
    assert resource_id == f"{GROUP}/providers/Microsoft.Storage/storageAccounts/stmodels"
    assert outputs["location"] == "westeurope"
    assert outputs["primaryEndpoints"]["blob"] == "https://stmodels.blob.core.windows.net/"
    assert outputs["provisioningState"] == "Succeeded"


def test_an_update_keeps_what_azure_computed(azure: Client) -> None:
    names = {"resourceGroupName": "rg-a", "publicIpAddressName": "pip"}
    resource_id, outputs = azure.create(ADDRESS, **names)
    azure.create(ADDRESS, resourceGroupName="rg-a", publicIpAddressName="other")
    assert azure.update(ADDRESS, resource_id, **names, idleTimeoutInMinutes=5)["ipAddress"] == outputs["ipAddress"]


@pytest.mark.parametrize(
    ("token", "inputs", "refusal"),
    [
        (ACCOUNT, {"resourceGroupName": "rg-a", "accountName": "No-Capitals"}, "Code=InvalidResourceName"),
        (ACCOUNT, {"resourceGroupName": "rg-none", "accountName": "stmodels"}, "Code=ParentResourceNotFound"),
        (
            "azure-native:network:PrivateEndpoint",
            {"resourceGroupName": "rg-a", "privateEndpointName": "pe", "subnet": {"id": f"{GROUP}/providers/x/y/none"}},
            "Code=InvalidResourceReference",
        ),
        (
            GRANT,
            {"scope": GROUP, "roleDefinitionId": "r", "principalId": "gone", "principalType": "ServicePrincipal"},
            "Code=PrincipalNotFound",
        ),
        ("azure-native:nowhere:Nothing", {}, "does not know"),
    ],
)
def test_a_wrong_name_place_or_reference_is_refused(
    azure: Client, token: str, inputs: dict[str, Any], refusal: str
) -> None:
    with pytest.raises(RefusedError, match=refusal):
        azure.create(token, **inputs)


def test_a_name_is_taken_once(azure: Client) -> None:
    azure.create(ACCOUNT, resourceGroupName="rg-a", accountName="stmodels")
    with pytest.raises(RefusedError, match="already existing resource"):
        azure.create(ACCOUNT, resourceGroupName="rg-a", accountName="stmodels")


def test_a_grant_is_given_once_and_to_a_principal_that_exists(azure: Client) -> None:
    _, identity = azure.create(IDENTITY, resourceGroupName="rg-a", resourceName="id-build")
    grant = {"scope": GROUP, "principalId": identity["principalId"], "principalType": "ServicePrincipal"}
    azure.create(GRANT, **grant, roleDefinitionId="r", roleAssignmentName="a")
    with pytest.raises(RefusedError, match="Code=RoleAssignmentExists"):
        azure.create(GRANT, **grant, roleDefinitionId="r", roleAssignmentName="b")


def test_what_is_locked_or_in_use_stays(azure: Client, cloud: Cloud) -> None:
    resource_id, _ = azure.create(ADDRESS, resourceGroupName="rg-a", publicIpAddressName="pip")
    make_cluster(azure, networkProfile={"loadBalancerProfile": {"outboundIPs": {"publicIPs": [{"id": resource_id}]}}})
    with pytest.raises(RefusedError, match="Code=InUse"):
        azure.delete(ADDRESS, resource_id)

    locked, _ = azure.create(ACCOUNT, resourceGroupName="rg-a", accountName="stmodels")
    azure.create(LOCK, scope=locked, lockName="keep", level="CanNotDelete")
    with pytest.raises(RefusedError, match="Code=ScopeLocked"):
        azure.delete(ACCOUNT, locked)
    assert cloud.get(locked) is not None


def test_a_group_goes_with_all_that_lies_in_it(azure: Client, cloud: Cloud) -> None:
    azure.create(ACCOUNT, resourceGroupName="rg-a", accountName="stmodels")
    azure.delete("azure-native:resources:ResourceGroup", GROUP)
    assert cloud.all() == []


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"kubernetesVersion": "1.34"}, "Downgrading Kubernetes version from 1.35 to 1.34 is not allowed"),
        ({"agentPoolProfiles": [{"name": "a", "orchestratorVersion": "1.36"}]}, "NotAllAgentPoolOrchestratorVersion"),
        (
            {"agentPoolProfiles": [{"name": "a", "enableAutoScaling": True, "minCount": 2, "maxCount": 3}]},
            "count was 1. It must be from minCount 2 to maxCount 3",
        ),
    ],
)
def test_aks_refuses_versions_and_counts_as_it_does(azure: Client, given: dict[str, Any], refusal: str) -> None:
    cluster = make_cluster(azure)
    with pytest.raises(RefusedError, match=refusal):
        azure.update(CLUSTER, cluster, **{"resourceGroupName": "rg-a", "resourceName": "aks", **given})


def test_a_version_that_aks_never_offered_is_refused(azure: Client) -> None:
    with pytest.raises(RefusedError, match=r"Code=K8sVersionNotSupported: .* version 1\.99, which is not supported"):
        make_cluster(azure, kubernetesVersion="1.99")


def test_a_cluster_lists_the_pools_that_were_made_beside_it(azure: Client) -> None:
    make_cluster(azure, agentPoolProfiles=[{"name": "system"}])
    azure.create(POOL, resourceGroupName="rg-a", resourceName="aks", agentPoolName="app", count=1)
    found = azure.provider.invoke(
        "azure-native:containerservice:getManagedCluster", {"resourceGroupName": "rg-a", "resourceName": "aks"}
    )
    assert [pool["name"] for pool in found["agentPoolProfiles"]] == ["system", "app"]


def test_static_credentials_end_with_local_accounts(azure: Client) -> None:
    make_cluster(azure, disableLocalAccounts=True)
    arguments = {"resourceGroupName": "rg-a", "resourceName": "aks"}
    with pytest.raises(RefusedError, match="local accounts off"):
        azure.provider.invoke("azure-native:containerservice:listManagedClusterAdminCredentials", arguments)
