"""The cluster's pools and versions: upgraded and scaled without a fight, and replaced without a gap."""

from collections.abc import Mapping

import pytest

from slipway.placement import Placement
from tests.infra.conftest import Declared
from tests.infra.support.clusters import AKS, CALENDAR, POOL, WINDOW, Make, aks, maker, pool


@pytest.fixture
def cluster(declared: Declared, placement: Placement) -> Make:
    return maker(declared, placement)


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
