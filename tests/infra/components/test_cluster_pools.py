"""The cluster's pools and versions: upgraded and scaled without a fight, and replaced without a gap."""

from collections.abc import Mapping

import pytest

from delivery.preview.kinds import CHANGED_BY_AZURE
from delivery.preview.record import Recorded
from slipway.placement import Placement
from slipway.running import Running, RunningPool
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


def test_a_first_body_says_count_and_version_of_every_pool(cluster: Make) -> None:
    """AKS takes a missing count for one machine, and versions of all pools or of none."""
    found = cluster(system={"minCount": 2}, pools={"app": {"minCount": 2}})
    (system,) = aks(found)["agentPoolProfiles"]

    assert (system["count"], pool(found).inputs["count"]) == (2, 2)
    assert {
        aks(found)["kubernetesVersion"],
        system["orchestratorVersion"],
        pool(found).inputs["orchestratorVersion"],
    } == {"1.33"}


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


def running(found: Recorded, *, count: int, version: str) -> Mapping[str, object]:
    """The cluster as Azure has it by now: every pool of it has `count` machines."""
    names = ["system", str(pool(found).inputs["agentPoolName"])]
    pools = {name: RunningPool(count=count, version=version) for name in names}
    return {"running": Running(version=version, pools=pools)}


@pytest.mark.parametrize(("chosen", "sent"), [(1, 2), (3, 3), (9, 4)])
def test_the_autoscalers_count_is_sent_within_the_bounds(cluster: Make, chosen: int, sent: int) -> None:
    bounds = {"minCount": 2, "maxCount": 4}
    now = running(cluster(), count=chosen, version="1.33")
    found = cluster(system=bounds, pools={"app": bounds}, args=now)

    assert aks(found)["agentPoolProfiles"][0]["count"] == pool(found).inputs["count"] == sent


@pytest.mark.parametrize("channel", ["none", "patch", "stable", "rapid"])
@pytest.mark.parametrize(
    ("wanted", "runs", "sent"),
    [("1.33", "1.35", "1.35"), ("1.33", "1.33.7", "1.33.7"), ("1.34", "1.33.7", "1.34"), ("1.34", "1.33", "1.34")],
)
def test_the_newer_version_is_sent_and_a_raised_one_reaches_every_pool(
    cluster: Make, channel: str, wanted: str, runs: str, sent: str
) -> None:
    now = running(cluster(), count=1, version=runs)
    found = cluster(kubernetesVersion=wanted, upgrades={"channel": channel}, args=now)

    (system,) = aks(found)["agentPoolProfiles"]
    assert aks(found)["kubernetesVersion"] == sent
    assert system["orchestratorVersion"] == pool(found).inputs["orchestratorVersion"] == sent
    assert found.one(AKS).key in str(pool(found).options["dependsOn"])


def test_a_body_that_is_as_it_was_shows_no_change_that_azure_made(cluster: Make) -> None:
    sent = cluster().outputs["sent"]
    now = running(cluster(), count=3, version="1.35")
    found = cluster(args={**now, "sent": sent})

    for one in (pool(found), found.one(AKS)):
        assert one.options["ignoreChanges"] == list(CHANGED_BY_AZURE[one.type])


@pytest.mark.parametrize(("bounds", "hidden"), [((1, 2), True), ((1, 9), False), (None, True)])
def test_bounds_that_a_hand_moved_are_put_right(cluster: Make, bounds: tuple[int, int] | None, hidden: bool) -> None:  # noqa: FBT001 - a table
    """The engine does not look at the system pool while the cluster's body is as it was."""
    now = Running(version="1.33", pools={"system": RunningPool(count=1, version="1.33", bounds=bounds)})
    found = cluster(args={"running": now, "sent": cluster().outputs["sent"]})

    assert ("ignoreChanges" in found.one(AKS).options) is hidden


@pytest.mark.parametrize(
    "change",
    [{"maxCount": 9}, {"minCount": 2}, {"maxSurge": "50%"}, {"labels": {"a": "b"}}, {"vmSize": "Standard_D8ds_v5"}],
)
def test_a_body_that_changes_never_repeats_an_old_input(cluster: Make, change: Mapping[str, object]) -> None:
    found = cluster(pools={"app": change}, args={"sent": cluster().outputs["sent"]})

    assert "ignoreChanges" not in pool(found).options
    assert "ignoreChanges" in found.one(AKS).options


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
