"""The simulated Azure DevOps and the simulated cluster hold objects to their order."""

from typing import Any

import pytest

from delivery.simulator.cloud import Cloud
from delivery.simulator.ground import PROJECT_ID, REPOSITORY_ID, Ground
from delivery.simulator.laws import RefusedError
from delivery.simulator.provider import Target
from tests.delivery.simulator.conftest import Client

PIPELINE = "azuredevops:index/buildDefinition:BuildDefinition"
SERVICE = "kubernetes:core/v1:Service"
SETTINGS = "kubernetes:core/v1:ConfigMap"
NAMESPACE = "kubernetes:core/v1:Namespace"
CONFIG = {
    "slipway:pipelines": {
        "state": {"resourceGroup": "rg-state", "account": "ststate", "container": "state"},
        "hub": {"project": {"name": "scoring"}, "source": {"kind": "azure-repos", "name": "code"}},
    },
    "slipway:address": {"record": {"resourceGroup": "rg-dns", "zone": "example.com"}},
}


def test_a_pipeline_needs_a_project_that_exists(devops: Client, cloud: Cloud) -> None:
    with pytest.raises(RefusedError, match=f"projectId {PROJECT_ID} does not exist"):
        devops.create(PIPELINE, projectId=PROJECT_ID)
    Ground(cloud).lay(CONFIG)
    resource_id, _ = devops.create(PIPELINE, projectId=PROJECT_ID)
    assert resource_id.isdigit()


def test_the_ground_has_what_people_make_before_the_first_up(devops: Client, cloud: Cloud) -> None:
    Ground(cloud).lay(CONFIG)
    Ground(cloud).lay(CONFIG)
    assert devops.provider.invoke("azuredevops:index/getProject:getProject", {"name": "scoring"})["id"] == PROJECT_ID
    found = devops.provider.invoke("azuredevops:index/getGitRepository:getGitRepository", {"name": "code"})
    assert found["id"] == REPOSITORY_ID
    kinds = sorted(one.token.rpartition(":")[2] for one in cloud.all("azure-native:%"))
    assert kinds == ["BlobContainer", "BlobContainer", "ResourceGroup", "ResourceGroup", "StorageAccount", "Zone"]


def test_a_project_that_does_not_exist_is_not_found(devops: Client) -> None:
    with pytest.raises(RefusedError, match="does not exist"):
        devops.provider.invoke("azuredevops:index/getProject:getProject", {"name": "scoring"})


def test_an_object_needs_its_namespace_and_goes_with_it(kubernetes: Client, cloud: Cloud) -> None:
    metadata = {"name": "settings", "namespace": "app"}
    with pytest.raises(RefusedError, match='namespaces "app" not found'):
        kubernetes.create(SETTINGS, metadata=metadata)
    kubernetes.create(NAMESPACE, metadata={"name": "app"})
    kubernetes.create(SETTINGS, metadata=metadata)
    with pytest.raises(RefusedError, match="already exists"):
        kubernetes.create(SETTINGS, metadata=metadata)
    kubernetes.delete(NAMESPACE, "app")
    assert cloud.all("kubernetes:%") == []


def test_a_service_needs_an_address_that_exists_and_that_its_cluster_may_join(
    kubernetes: Client, azure: Client
) -> None:
    notes = {
        "service.beta.kubernetes.io/azure-pip-name": "pip",
        "service.beta.kubernetes.io/azure-load-balancer-resource-group": "rg-a",
    }
    given: dict[str, Any] = {
        "metadata": {"name": "entry", "namespace": "default", "annotations": notes},
        "spec": {"type": "LoadBalancer"},
    }
    with pytest.raises(RefusedError, match="no public IP pip in resource group rg-a"):
        kubernetes.create(SERVICE, **given)
    azure.create("azure-native:network:PublicIPAddress", resourceGroupName="rg-a", publicIpAddressName="pip")
    with pytest.raises(RefusedError, match="the cluster's identity may not join"):
        kubernetes.create(SERVICE, **given)


def test_another_cluster_replaces_the_provider_and_the_same_one_does_not(kubernetes: Client) -> None:
    kept = kubernetes.provider.diff_config({"clusterIdentifier": "a", "kubeconfig": "x"}, {"clusterIdentifier": "a"})
    moved = kubernetes.provider.diff_config({"clusterIdentifier": "a"}, {"clusterIdentifier": "b"})
    assert kept is not None
    assert moved is not None
    assert (kept.replaces, moved.replaces) == (set(), {"clusterIdentifier"})


def test_a_cluster_that_is_gone_answers_nothing(kubernetes: Client, azure: Client, cloud: Cloud) -> None:
    (cluster,) = cloud.all("azure-native:containerservice:ManagedCluster")
    azure.delete(cluster.token, cluster.id)
    with pytest.raises(RefusedError, match="configured Kubernetes cluster is unreachable"):
        kubernetes.provider.delete(Target(SETTINGS, "one", ""), "default/settings")
