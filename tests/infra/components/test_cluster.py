"""The cluster: let in by Entra alone, watched over, and replaced by nobody's accident."""

from typing import Any

import pytest
import yaml

from delivery.preview.record import Recorded, Secret
from slipway.placement import Placement
from slipway.roles import Role
from tests.infra.conftest import Declared
from tests.infra.support.clusters import AKS, CALENDAR, POOL, WINDOW, Make, aks, maker

GRANT = "azure-native:authorization:RoleAssignment"
LOGS = "azure-native:monitor:DiagnosticSetting"

ADMINS = "3f1c2b5e-6d0a-4f6e-9a53-1c7f0e8d2b41"
READERS = "8a0d4e7c-2f93-4c1b-b6a5-5e9d3c7f1a20"


@pytest.fixture
def cluster(declared: Declared, placement: Placement) -> Make:
    return maker(declared, placement)


def kubeconfig(found: Recorded) -> dict[str, Any]:
    text = found.outputs["user_credentials"]
    assert isinstance(text, Secret)
    config = yaml.safe_load(str(text.value))
    assert isinstance(config, dict)
    return config


def test_entra_alone_lets_anybody_in(cluster: Make, placement: Placement) -> None:
    made = aks(cluster())

    assert made["disableLocalAccounts"] is True
    assert made["enableRBAC"] is True
    assert made["aadProfile"] == {"managed": True, "enableAzureRBAC": True, "tenantID": placement.tenant_id}


def test_groups_get_the_one_role_that_they_need_on_this_cluster(cluster: Make) -> None:
    grants = [
        (one.inputs["principalId"], str(one.inputs["roleDefinitionId"]).rsplit("/", 1)[1], one.inputs["principalType"])
        for one in cluster(access={"readers": [READERS]}).all(GRANT)
        if one.inputs["scope"] == "${cluster-aks.id}"
    ]

    assert sorted(grants) == sorted(
        [
            (ADMINS, Role.AKS_CLUSTER_ADMIN.value, "Group"),
            (READERS, Role.AKS_RBAC_READER.value, "Group"),
            (READERS, Role.AKS_CLUSTER_USER.value, "Group"),
        ]
    )


def test_workloads_can_have_identities(cluster: Make) -> None:
    made = aks(cluster())

    assert made["oidcIssuerProfile"] == {"enabled": True}
    assert made["securityProfile"]["workloadIdentity"] == {"enabled": True}


def test_its_identities_were_made_before_it(cluster: Make) -> None:
    made = aks(cluster())

    assert made["identity"] == {"type": "UserAssigned", "userAssignedIdentities": ["/identities/cluster"]}
    assert made["identityProfile"] == {
        "kubeletidentity": {
            "resourceId": "/identities/kubelet",
            "clientId": "client-of-kubelet",
            "objectId": "principal-of-kubelet",
        }
    }


def test_the_cluster_may_use_the_nodes_subnet_and_no_more_of_the_network(cluster: Make) -> None:
    found = cluster()
    joins = found.one(GRANT, "cluster-joins-subnet")

    assert joins.inputs["scope"] == "/subnets/nodes"
    assert joins.inputs["principalId"] == "principal-of-cluster"
    assert str(joins.inputs["roleDefinitionId"]).endswith(Role.NETWORK_CONTRIBUTOR)
    assert found.one(AKS).options["dependsOn"] == [f"{GRANT}::cluster-joins-subnet"]


def test_unused_images_are_removed(cluster: Make) -> None:
    made = aks(cluster(security={"imageCleanerHours": 48}))

    assert made["securityProfile"]["imageCleaner"] == {"enabled": True, "intervalHours": 48}


def test_defender_and_policy_are_on_where_config_asks(cluster: Make) -> None:
    made = aks(cluster(security={"defender": True, "azurePolicy": True}))

    assert made["securityProfile"]["defender"] == {
        "logAnalyticsWorkspaceResourceId": "/workspaces/logs",
        "securityMonitoring": {"enabled": True},
    }
    assert made["addonProfiles"]["azurepolicy"] == {"enabled": True}


def test_what_config_turns_off_is_said_to_be_off(cluster: Make) -> None:
    """What is left out of a request stays as it was."""
    made = aks(cluster())

    assert made["securityProfile"]["defender"] == {"securityMonitoring": {"enabled": False}}
    assert made["addonProfiles"] == {"azurepolicy": {"enabled": False}, "omsagent": {"enabled": False}}


def test_containers_logs_are_collected_where_monitoring_asks(cluster: Make) -> None:
    made = aks(cluster(args={"container_logs": True}))

    assert made["addonProfiles"]["omsagent"] == {
        "enabled": True,
        "config": {"logAnalyticsWorkspaceResourceID": "/workspaces/logs", "useAADAuth": "true"},
    }


def test_metrics_can_always_be_scraped(cluster: Make) -> None:
    assert aks(cluster())["azureMonitorProfile"]["metrics"]["enabled"] is True


def test_the_control_planes_logs_go_to_the_workspace(cluster: Make) -> None:
    setting = cluster(logs=["guard", "kube-audit-admin"]).one(LOGS)

    assert setting.inputs["resourceUri"] == "${cluster-aks.id}"
    assert setting.inputs["workspaceId"] == "/workspaces/logs"
    assert setting.inputs["logs"] == [
        {"category": "guard", "enabled": True},
        {"category": "kube-audit-admin", "enabled": True},
    ]
    assert cluster(logs=[]).all(LOGS) == []


@pytest.mark.parametrize(
    ("tier", "plan"),
    [("Free", "KubernetesOfficial"), ("Standard", "KubernetesOfficial"), ("Premium", "AKSLongTermSupport")],
)
def test_the_tier_is_config(cluster: Make, tier: str, plan: str) -> None:
    made = aks(cluster(tier=tier))

    assert (made["sku"], made["supportPlan"]) == ({"name": "Base", "tier": tier}, plan)


def test_azures_own_part_has_a_name_and_is_locked(cluster: Make) -> None:
    made = aks(cluster())

    assert made["nodeResourceGroup"] == "rg-scoring-dev-weu-nodes"
    assert made["nodeResourceGroupProfile"] == {"restrictionLevel": "ReadOnly"}


def test_only_the_cluster_itself_is_protected(cluster: Make) -> None:
    found = cluster(access={"readers": [READERS]}, upgrades={"clusterWindow": WINDOW})
    protected = {one.type for one in found.resources if one.options.get("protect")}

    assert protected == {AKS, "slipway:index:Cluster"}
    assert {POOL, CALENDAR, GRANT, LOGS} <= {one.type for one in found.resources}


def test_what_lives_inside_it_goes_with_it_and_what_azure_keeps_does_not(cluster: Make) -> None:
    found = cluster(upgrades={"clusterWindow": WINDOW})
    going = {one.type for one in found.resources if one.options.get("deletedWith") == f"{AKS}::cluster-aks"}

    assert going == {POOL, CALENDAR}


def test_a_kubeconfig_leaves_it_as_a_secret_that_opens_nothing(cluster: Make) -> None:
    (user,) = kubeconfig(cluster())["users"]

    assert user["user"].keys() == {"exec"}
    assert user["user"]["exec"]["command"] == "kubelogin"


@pytest.mark.parametrize("login", ["azurecli", "workloadidentity"])
def test_how_to_log_in_is_config(cluster: Make, placement: Placement, login: str) -> None:
    arguments = kubeconfig(cluster(login=login))["users"][0]["user"]["exec"]["args"]

    assert arguments[:3] == ["get-token", "--login", login]
    assert arguments[-2:] == ["--tenant-id", placement.tenant_id]


def test_before_there_is_a_cluster_nobody_is_asked_for_its_kubeconfig(cluster: Make) -> None:
    outputs = cluster(first=True).outputs

    assert outputs["user_credentials"] in ("${unknown}", Secret("${unknown}"))
    assert outputs["name"] == "aks-scoring-dev-weu"
    assert outputs["node_resource_group_name"] == "rg-scoring-dev-weu-nodes"


def test_a_workload_can_wait_for_machines_and_for_the_right_to_come(cluster: Make) -> None:
    assert cluster().outputs["ready"] == [
        "cluster-aks",
        "cluster-pool-app",
        "cluster-admins-3f1c2b5e-aks-cluster-admin",
    ]


def test_nothing_is_wired_from_the_cluster_but_its_id(cluster: Make) -> None:
    found = cluster(access={"readers": [READERS]}, upgrades={"clusterWindow": WINDOW})
    used = {
        text for one in found.resources for text in map(str, one.inputs.values()) if text.startswith("${cluster-aks")
    }

    assert used == {"${cluster-aks.id}"}
