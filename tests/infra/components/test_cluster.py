"""The cluster: let in by Entra alone, upgraded and scaled without a fight, and replaced by nobody's accident."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest
import yaml
from pulumi_azure_native.provider import Provider

from delivery.preview.record import Record, Recorded, Secret
from slipway.components.cluster import Cluster, ClusterArgs
from slipway.placement import Placement
from slipway.roles import Role
from tests.infra import sections
from tests.infra.conftest import Declared

AKS = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
CALENDAR = "azure-native:containerservice:MaintenanceConfiguration"
GRANT = "azure-native:authorization:RoleAssignment"
LOGS = "azure-native:monitor:DiagnosticSetting"

ADMINS = "3f1c2b5e-6d0a-4f6e-9a53-1c7f0e8d2b41"
READERS = "8a0d4e7c-2f93-4c1b-b6a5-5e9d3c7f1a20"
WINDOW = {"day": "Tuesday", "start": "02:00", "utcOffset": "+01:00", "hours": 4}

FED: dict[str, Any] = {
    "node_subnet_id": "/subnets/nodes",
    "egress_ip": None,
    "cluster_identity_id": "/identities/cluster",
    "cluster_principal_id": "principal-of-cluster",
    "kubelet_identity_id": "/identities/kubelet",
    "kubelet_client_id": "client-of-kubelet",
    "kubelet_principal_id": "principal-of-kubelet",
    "logs_workspace_id": "/workspaces/logs",
    "container_logs": False,
}
"""What other components feed it."""

Make = Callable[..., Recorded]


@pytest.fixture
def cluster(declared: Declared, placement: Placement) -> Make:
    """Declare a cluster; keywords in camelCase change its config, `args` what others feed it, `network` the ranges."""

    def declare(
        *,
        first: bool = False,
        args: Mapping[str, Any] | None = None,
        network: Mapping[str, object] | None = None,
        **config: object,
    ) -> Recorded:
        def program() -> None:
            made = Cluster(
                "cluster",
                ClusterArgs(
                    placement=placement,
                    config=sections.cluster(**config),
                    network=sections.network(**(network or {})),
                    **{**FED, **(args or {})},
                ),
                pulumi.ResourceOptions(providers=[Provider("azure")], protect=True),
            )
            for name in ("id", "name", "node_resource_group_name", "user_credentials"):
                pulumi.export(name, getattr(made, name))
            pulumi.export("ready", [one.urn.apply(lambda urn: urn.rsplit("::", 1)[1]) for one in made.ready])

        return declared(program, first=first)

    return declare


def aks(found: Recorded) -> dict[str, Any]:
    return dict(found.one(AKS).inputs)


def pool(found: Recorded, name: str = "app") -> Record:
    return found.one(POOL, f"cluster-pool-{name}")


def kubeconfig(found: Recorded) -> dict[str, Any]:
    text = found.outputs["user_credentials"]
    assert isinstance(text, Secret)
    config = yaml.safe_load(str(text.value))
    assert isinstance(config, dict)
    return config


# Who gets in


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


# The way to the API server


def test_a_public_api_server_answers_everywhere(cluster: Make) -> None:
    assert aks(cluster())["apiServerAccessProfile"] == {"enablePrivateCluster": False, "disableRunCommand": True}


def test_an_authorised_one_answers_the_ranges_of_config(cluster: Make) -> None:
    made = aks(cluster(api={"access": "authorised", "authorisedRanges": ["20.50.2.0/24"]}))

    assert made["apiServerAccessProfile"]["authorizedIPRanges"] == ["20.50.2.0/24"]


def test_an_authorised_one_answers_its_own_nodes_behind_a_gateway(cluster: Make) -> None:
    api = {"access": "authorised", "authorisedRanges": ["20.50.2.0/24"]}
    made = aks(cluster(api=api, args={"egress_ip": "52.1.2.3"}))

    assert made["apiServerAccessProfile"]["authorizedIPRanges"] == ["20.50.2.0/24", "52.1.2.3/32"]


def test_a_gateway_alone_authorises_nobody(cluster: Make) -> None:
    assert "authorizedIPRanges" not in aks(cluster(args={"egress_ip": "52.1.2.3"}))["apiServerAccessProfile"]


def test_a_private_one_has_a_private_address_under_a_name_that_everybody_can_resolve(cluster: Make) -> None:
    made = aks(cluster(api={"access": "private"}))

    assert made["apiServerAccessProfile"] == {
        "enablePrivateCluster": True,
        "enablePrivateClusterPublicFQDN": True,
        "privateDNSZone": "none",
        "disableRunCommand": True,
    }


def test_the_way_in_past_the_network_is_open_only_where_config_says_so(cluster: Make) -> None:
    assert aks(cluster(api={"runCommand": True}))["apiServerAccessProfile"]["disableRunCommand"] is False


# Network


def test_pods_have_a_network_of_their_own_on_cilium(cluster: Make) -> None:
    assert aks(cluster())["networkProfile"] == {
        "networkPlugin": "azure",
        "networkPluginMode": "overlay",
        "networkDataplane": "cilium",
        "networkPolicy": "cilium",
        "ipFamilies": ["IPv4"],
        "podCidr": "10.244.0.0/16",
        "serviceCidr": "10.245.0.0/16",
        "dnsServiceIP": "10.245.0.10",
        "loadBalancerSku": "standard",
        "outboundType": "loadBalancer",
    }


def test_with_a_gateway_the_cluster_takes_it(cluster: Make) -> None:
    assert aks(cluster(network={"natGateway": {}}))["networkProfile"]["outboundType"] == "userAssignedNATGateway"


# Pools


def test_there_is_one_pool_for_kubernetes_itself(cluster: Make) -> None:
    (system,) = aks(cluster())["agentPoolProfiles"]

    assert system["mode"] == "System"
    assert system["nodeTaints"] == ["CriticalAddonsOnly=true:NoSchedule"]
    assert (system["enableAutoScaling"], system["minCount"], system["maxCount"]) == (True, 1, 2)
    assert system["vnetSubnetID"] == "/subnets/nodes"


def test_no_count_and_no_version_is_said_of_it(cluster: Make) -> None:
    """The one is the autoscaler's, the other AKS wants to hear of all pools or of none."""
    (system,) = aks(cluster())["agentPoolProfiles"]

    assert not {"count", "orchestratorVersion"} & system.keys()


def test_workloads_have_pools_apart_from_the_cluster(cluster: Make) -> None:
    found = cluster(pools={"gpu": {"vmSize": "Standard_NC4as_T4_v3", "minCount": 0, "maxCount": 2}})

    assert [one.name for one in found.all(POOL)] == ["cluster-pool-app", "cluster-pool-gpu"]
    assert {one.inputs["mode"] for one in found.all(POOL)} == {"User"}
    assert all(one.inputs["resourceName"] == "aks-scoring-dev-weu" for one in found.all(POOL))


def test_another_size_of_a_workloads_machines_changes_nothing_of_the_cluster(cluster: Make) -> None:
    before, after = cluster(), cluster(pools={"app": {"vmSize": "Standard_D8ds_v5"}})

    assert aks(before) == aks(after)


@pytest.mark.parametrize(
    "change",
    [
        {"vmSize": "Standard_D8ds_v5"},
        {"zones": ["1", "2", "3"]},
        {"osDiskType": "Ephemeral"},
        {"osDiskGib": 256},
        {"maxPods": 60},
    ],
)
def test_what_azure_never_changes_makes_another_pool_before_the_old_one_goes(
    cluster: Make, change: Mapping[str, object]
) -> None:
    before, after = pool(cluster()), pool(cluster(pools={"app": change}))

    assert before.inputs["agentPoolName"] != after.inputs["agentPoolName"]
    assert after.options["deleteBeforeReplace"] is False
    assert before.key == after.key


@pytest.mark.parametrize(
    "change",
    [
        {"minCount": 2},
        {"maxCount": 9},
        {"maxSurge": "50%"},
        {"labels": {"team": "vision"}},
        {"taints": ["spot=true:PreferNoSchedule"]},
    ],
)
def test_whatever_else_changes_leaves_the_pool_where_it_is(cluster: Make, change: Mapping[str, object]) -> None:
    before, after = pool(cluster()), pool(cluster(pools={"app": change}))

    assert before.inputs["agentPoolName"] == after.inputs["agentPoolName"]
    assert before.inputs != after.inputs


def test_workloads_find_their_pool_by_a_label_that_stays(cluster: Make) -> None:
    before, after = pool(cluster()), pool(cluster(pools={"app": {"vmSize": "Standard_D8ds_v5"}}))

    assert before.inputs["nodeLabels"] == after.inputs["nodeLabels"] == {"slipway/pool": "app"}


def test_a_label_of_config_never_hides_the_pools_own(cluster: Make) -> None:
    found = pool(cluster(pools={"app": {"labels": {"slipway/pool": "other", "team": "vision"}}}))

    assert found.inputs["nodeLabels"] == {"slipway/pool": "app", "team": "vision"}


def test_how_many_machines_there_are_is_the_autoscalers_matter(cluster: Make) -> None:
    found = cluster(pools={"app": {"minCount": 2}})

    assert pool(found).inputs["enableAutoScaling"] is True
    assert pool(found).inputs["count"] == 2
    assert pool(found).options["ignoreChanges"] == ["count"]
    assert "agentPoolProfiles[0].count" in str(found.one(AKS).options["ignoreChanges"])


def test_machines_are_spread_over_the_zones_of_config(cluster: Make) -> None:
    found = cluster(system={"zones": ["1", "2"]}, pools={"app": {"zones": ["1", "2", "3"]}})

    assert aks(found)["agentPoolProfiles"][0]["availabilityZones"] == ["1", "2"]
    assert pool(found).inputs["availabilityZones"] == ["1", "2", "3"]
    assert "availabilityZones" not in pool(cluster()).inputs


def test_no_machine_has_a_public_address(cluster: Make) -> None:
    found = cluster()

    assert pool(found).inputs["enableNodePublicIP"] is aks(found)["agentPoolProfiles"][0]["enableNodePublicIP"] is False


@pytest.mark.parametrize("wanted", [True, False])
def test_machines_encrypt_their_disks_where_config_asks(cluster: Make, wanted: bool) -> None:  # noqa: FBT001 - a table
    found = cluster(security={"hostEncryption": wanted})

    assert pool(found).inputs["enableEncryptionAtHost"] is wanted
    assert aks(found)["agentPoolProfiles"][0]["enableEncryptionAtHost"] is wanted


# Upgrades


@pytest.mark.parametrize("channel", ["patch", "stable", "rapid"])
def test_a_channel_owns_the_version_once_the_cluster_is_there(cluster: Make, channel: str) -> None:
    found = cluster(upgrades={"channel": channel})

    assert aks(found)["kubernetesVersion"] == "1.33"
    assert aks(found)["autoUpgradeProfile"] == {"upgradeChannel": channel, "nodeOSUpgradeChannel": "NodeImage"}
    assert found.one(AKS).options["ignoreChanges"] == ["agentPoolProfiles[0].count", "kubernetesVersion"]
    assert "orchestratorVersion" not in pool(found).inputs


def test_without_a_channel_config_owns_the_version_of_cluster_and_pools(cluster: Make) -> None:
    found = cluster(kubernetesVersion="1.33.4", upgrades={"channel": "none"})

    assert found.one(AKS).options["ignoreChanges"] == ["agentPoolProfiles[0].count"]
    assert aks(found)["kubernetesVersion"] == pool(found).inputs["orchestratorVersion"] == "1.33.4"


def test_work_begins_only_within_its_window(cluster: Make) -> None:
    freeze = {"start": "2026-12-18", "end": "2027-01-04"}
    found = cluster(upgrades={"clusterWindow": WINDOW, "nodeWindow": WINDOW | {"day": "Friday"}, "freezes": [freeze]})

    days = {str(one.inputs["configName"]): one.inputs["maintenanceWindow"] for one in found.all(CALENDAR)}
    assert days == {
        "aksManagedAutoUpgradeSchedule": {
            "schedule": {"weekly": {"dayOfWeek": "Tuesday", "intervalWeeks": 1}},
            "startTime": "02:00",
            "utcOffset": "+01:00",
            "durationHours": 4,
            "notAllowedDates": [freeze],
        },
        "aksManagedNodeOSUpgradeSchedule": {
            "schedule": {"weekly": {"dayOfWeek": "Friday", "intervalWeeks": 1}},
            "startTime": "02:00",
            "utcOffset": "+01:00",
            "durationHours": 4,
            "notAllowedDates": [freeze],
        },
    }


def test_without_windows_aks_chooses(cluster: Make) -> None:
    assert cluster().all(CALENDAR) == []


def test_an_upgrade_waits_for_pods_to_leave(cluster: Make) -> None:
    found = cluster(pools={"app": {"maxSurge": "50%"}})

    assert pool(found).inputs["upgradeSettings"] == {"maxSurge": "50%", "drainTimeoutInMinutes": 30}


# What watches over it


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


# Lifetimes


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


# What others get


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
