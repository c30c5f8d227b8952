"""One empty simulated cloud, and providers that work on it as the engine would let them."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from delivery.simulator.arm import SUBSCRIPTION
from delivery.simulator.azure_native import AzureNative
from delivery.simulator.azuredevops import AzureDevOps
from delivery.simulator.cloud import Cloud
from delivery.simulator.kubernetes import Kubernetes
from delivery.simulator.provider import Provider, Target

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-a"


@dataclass(frozen=True)
class Client:
    """Check, then create or update: the order in which an engine calls a provider."""

    provider: Provider

    def create(self, token: str, name: str = "one", **inputs: Any) -> tuple[str, dict[str, Any]]:
        target = Target(token, name, f"urn:pulumi:dev::p::{token}::{name}")
        return self.provider.create(target, self.provider.check(target, {}, inputs, b"seed"))

    def update(self, token: str, resource_id: str, name: str = "one", **inputs: Any) -> dict[str, Any]:
        target = Target(token, name, f"urn:pulumi:dev::p::{token}::{name}")
        return self.provider.update(target, resource_id, self.provider.check(target, {}, inputs, b"seed"))

    def delete(self, token: str, resource_id: str) -> None:
        self.provider.delete(Target(token, "one", ""), resource_id)


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return Cloud(tmp_path / "cloud.sqlite")


@pytest.fixture
def azure(cloud: Cloud) -> Client:
    """azure-native, logged in, with the resource group rg-a."""
    provider = AzureNative(cloud)
    provider.configure({"subscriptionId": SUBSCRIPTION, "location": "westeurope"})
    client = Client(provider)
    client.create("azure-native:resources:ResourceGroup", resourceGroupName="rg-a")
    return client


@pytest.fixture
def devops(cloud: Cloud) -> Client:
    provider = AzureDevOps(cloud)
    provider.configure({"orgServiceUrl": "https://dev.azure.com/simulated"})
    return Client(provider)


@pytest.fixture
def kubernetes(cloud: Cloud, azure: Client) -> Client:
    """Objects of the cluster aks, by the kubeconfig that Azure hands out."""
    azure.create("azure-native:containerservice:ManagedCluster", resourceGroupName="rg-a", resourceName="aks")
    token = "azure-native:containerservice:listManagedClusterUserCredentials"
    answer = azure.provider.invoke(token, {"resourceGroupName": "rg-a", "resourceName": "aks"})
    provider = Kubernetes(cloud)
    provider.configure({"kubeconfig": base64.b64decode(answer["kubeconfigs"][0]["value"]).decode()})
    return Client(provider)
