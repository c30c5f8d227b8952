"""The simulation reads the SDK rightly, and fills in what the engine must be told."""

import pytest

from delivery.simulator import arm, outputs
from delivery.simulator.difference import difference, replacing
from delivery.simulator.shape import resource_type
from delivery.simulator.values import UNKNOWN, at, put

CLUSTER = "azure-native:containerservice:ManagedCluster"


@pytest.mark.parametrize("token", arm.TOKENS)
def test_every_part_of_an_id_is_an_input_of_the_sdk(token: str) -> None:
    assert set(arm.arm_type(token).parameters) <= set(resource_type(token).inputs)


def test_an_id_is_made_of_inputs_and_unknown_while_one_is() -> None:
    pool = arm.arm_type("azure-native:containerservice:AgentPool")
    inputs = {"resourceGroupName": "rg", "resourceName": "aks", "agentPoolName": "app"}
    group = f"/subscriptions/{arm.SUBSCRIPTION}/resourceGroups/rg"
    assert pool.id(inputs) == f"{group}/providers/Microsoft.ContainerService/managedClusters/aks/agentPools/app"
    assert pool.id(inputs | {"resourceName": UNKNOWN}) == UNKNOWN
    assert pool.type == "Microsoft.ContainerService/managedClusters/agentPools"


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ("/subscriptions/s/resourceGroups/g", None),
        ("/subscriptions/s/resourceGroups/g/providers/A.B/c/d", "/subscriptions/s/resourceGroups/g"),
        (
            "/subscriptions/s/resourceGroups/g/providers/A.B/c/d/e/f",
            "/subscriptions/s/resourceGroups/g/providers/A.B/c/d",
        ),
        ("/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/r", None),
    ],
)
def test_a_resource_lies_in_its_parent_scope_or_group(inner: str, outer: str | None) -> None:
    assert arm.parent(inner) == outer


def test_names_are_made_up_as_azure_native_does() -> None:
    kinds = {token: arm.arm_type(f"azure-native:{token}").naming for token in (
        "storage:StorageAccount", "network:Subnet", "authorization:RoleAssignment", "storage:BlobServiceProperties"
    )}  # fmt: skip
    assert list(kinds.values()) == ["random", "copy", "uuid", ""]


def test_a_preview_knows_the_inputs_and_nothing_else_however_deep() -> None:
    found = outputs.previewed(resource_type(CLUSTER), {"oidcIssuerProfile": {"enabled": True}, "dnsPrefix": "a"})
    assert found["oidcIssuerProfile"] == {"enabled": True, "issuerURL": UNKNOWN}
    assert (found["dnsPrefix"], found["fqdn"], found["networkProfile"]) == ("a", UNKNOWN, UNKNOWN)
    assert "resourceGroupName" not in found


def test_a_preview_leaves_open_what_comes_back_in_another_shape() -> None:
    identity = {"type": "UserAssigned", "userAssignedIdentities": ["/subscriptions/x"]}
    found = outputs.previewed(resource_type(CLUSTER), {"identity": identity})
    assert found["identity"]["userAssignedIdentities"] == UNKNOWN


def test_the_cloud_fills_in_what_the_sdk_demands_and_no_more() -> None:
    identity = {"type": "UserAssigned", "userAssignedIdentities": ["/subscriptions/x"]}
    found = outputs.settled(resource_type(CLUSTER), {"identity": identity})
    assert list(found["identity"]["userAssignedIdentities"]) == ["/subscriptions/x"]
    assert found["provisioningState"] == "Succeeded"
    assert "autoScalerProfile" not in found


def test_only_what_changed_in_the_cloud_comes_back_into_the_inputs() -> None:
    inputs = {"sku": {"name": "Standard"}, "tags": {"a": "1"}}
    before = {"sku": {"name": "Standard", "tier": "S"}, "tags": {"a": "1"}, "state": "ready"}
    now = {"sku": {"name": "Basic", "tier": "B"}, "tags": {"a": "1"}, "state": "odd"}
    assert outputs.as_inputs(inputs, before, now) == {"sku": {"name": "Basic"}, "tags": {"a": "1"}}


def test_differences_are_named_by_path() -> None:
    old = {"a": {"b": 1, "c": 2}, "l": [{"n": 1}, {"n": 2}], "location": "West Europe", "gone": 1}
    new = {"a": {"b": 1, "c": 3}, "l": [{"n": 1}, {"n": 3}, {}], "location": "westeurope", "new": 1}
    assert difference(old, new) == {"a.c": "UPDATE", "l[1].n": "UPDATE", "l[2]": "ADD", "gone": "DELETE", "new": "ADD"}


@pytest.mark.parametrize(
    ("path", "replaces"),
    [
        ("agentPoolProfiles[0].count", False),
        ("agentPoolProfiles[0].vmSize", True),
        ("networkProfile.networkPolicy", True),
        ("networkProfile.loadBalancerSku", False),
        ("resourceName", True),
        ("kubernetesVersion", False),
    ],
)
def test_a_cluster_is_replaced_by_what_cannot_be_changed_in_place(path: str, replaces: bool) -> None:  # noqa: FBT001  # a case
    found = replacing(arm.arm_type(CLUSTER), {path: "UPDATE"}, {}, {})
    assert bool(found) is replaces


def test_adding_what_the_cloud_already_has_replaces_nothing() -> None:
    type_, added = arm.arm_type(CLUSTER), {"dnsPrefix": "ADD"}
    assert not replacing(type_, added, {"dnsPrefix": "a"}, {"dnsPrefix": "a"})
    assert replacing(type_, added, {"dnsPrefix": "a"}, {"dnsPrefix": "b"})


def test_paths_reach_into_objects_and_lists() -> None:
    value: dict[str, object] = {"a": [{"b": 1}]}
    put(value, "a.0.b", 2)
    put(value, "c.d", 3)
    put(value, "c.d", None)
    assert value == {"a": [{"b": 2}], "c": {}}
    assert at(value, "a.0.b") == 2
    assert at(value, "a.1.b") is None
