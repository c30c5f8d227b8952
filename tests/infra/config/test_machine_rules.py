"""Machines that AKS refuses, or that the app never runs on, are refused before the first resource."""

import json

import pytest

from delivery.preview import project
from slipway.config import machine_rules as rules
from slipway.config.environment import Environment
from slipway.config.load import parse
from slipway.config.problems import ConfigError
from slipway.config.workload import Workload
from tests.infra.sections import POOL, cluster, merged
from tests.infra.support.workloads import workload
from tests.support.sample import SAMPLE

HERE = Environment(workload="scoring", location="westeurope", suffix="x7", owner="me", cost_centre="1", protect=False)


def sized(**resources: str) -> Workload:
    """The sample's workload on pool "app", with other resources."""
    return workload({f"resources.{name}": value for name, value in resources.items()})


@pytest.mark.parametrize("size", ["Standard_B1s", "Standard_A1_v2", "Standard_B2ts_v2"])
def test_a_system_pool_has_two_cores_and_four_gibibytes(size: str) -> None:
    [(path, found, allowed)] = rules.machines_are_large_enough(HERE, cluster(system={"vmSize": size}))

    assert path == "cluster.system.vmSize"
    assert found.startswith(f"{size} (")
    assert allowed.startswith("a size of at least 2 vCPU and 4 GiB, which AKS asks of a system pool; `az vm list-skus")


@pytest.mark.parametrize("size", ["Standard_B2s", "Standard_D2as_v5", "Standard_D2ps_v5", "Standard_Z9_v99"])
def test_a_system_pool_with_that_much_is_fine_and_so_is_an_unknown_size(size: str) -> None:
    assert list(rules.machines_are_large_enough(HERE, cluster(system={"vmSize": size}))) == []


def test_a_user_pool_may_have_less_memory_and_no_fewer_cores() -> None:
    found = cluster(pools={"app": {"vmSize": "Standard_B1ms"}, "small": {**POOL, "vmSize": "Standard_B2s"}})

    assert [problem[:2] for problem in rules.machines_are_large_enough(HERE, found)] == [
        ("cluster.pools.app.vmSize", "Standard_B1ms (1 vCPU, 2 GiB)")
    ]


def test_an_ephemeral_disk_needs_a_machine_with_a_disk_of_its_own() -> None:
    assert list(rules.disks_have_room(cluster(pools={"app": {"osDiskType": "Ephemeral"}}))) == [
        (
            "cluster.pools.app.osDiskType",
            "Ephemeral, and Standard_D2as_v5 has room for 0 GiB",
            "Managed, or a vmSize with a disk of its own, such as Standard_D4lds_v5",
        )
    ]


def test_an_ephemeral_disk_is_no_larger_than_the_machine_has_room_for() -> None:
    large = {"vmSize": "Standard_D4ds_v5", "osDiskType": "Ephemeral", "osDiskGib": 512}

    assert list(rules.disks_have_room(cluster(system=large))) == [
        (
            "cluster.system.osDiskGib",
            "512, and Standard_D4ds_v5 has room for 150 GiB",
            "at most 150 with osDiskType Ephemeral, or a larger vmSize",
        )
    ]
    assert list(rules.disks_have_room(cluster(system={**large, "osDiskGib": 150}))) == []
    assert list(rules.disks_have_room(cluster(system={**large, "osDiskType": "Managed"}))) == []


def test_the_app_never_runs_on_arm_machines() -> None:
    found = cluster(pools={"app": {"vmSize": "Standard_D2ps_v5"}})

    assert list(rules.app_fits_the_processor(found, workload())) == [
        (
            "cluster.pools.app.vmSize",
            "Standard_D2ps_v5 (arm64)",
            "an amd64 size, since workload.pool is app: such as Standard_D2s_v6",
        )
    ]


def test_arm_machines_are_fine_where_the_app_does_not_run() -> None:
    found = cluster(system={"vmSize": "Standard_D2ps_v5"}, pools={"arm": {**POOL, "vmSize": "Standard_D2ps_v5"}})

    assert list(rules.app_fits_the_processor(found, workload())) == []


def test_a_replica_asks_for_no_more_than_one_machine_has() -> None:
    found = list(rules.replica_fits_a_machine(cluster(), sized(cpuRequest="2", cpuLimit="2", memory="12Gi")))

    assert found == [
        (
            "workload.resources.cpuRequest",
            "2",
            "at most 1900m, what AKS leaves to pods of a Standard_D2as_v5, or a larger cluster.pools.app.vmSize",
        ),
        (
            "workload.resources.memory",
            "12Gi",
            "at most 6044Mi, what AKS leaves to pods of a Standard_D2as_v5, or a larger cluster.pools.app.vmSize",
        ),
    ]


def test_all_replicas_and_those_of_a_rollout_have_room_on_the_whole_pool() -> None:
    many = workload({"scaling.maxReplicas": 80, "resources.cpuRequest": "500m"})

    assert list(rules.replicas_fit_the_pool(cluster(), many)) == [
        (
            "workload.scaling.maxReplicas",
            "80 and rollout.maxSurge 1",
            "at most 9 together: 3 on each of 3 Standard_D2as_v5; or cluster.pools.app.maxCount 27 or more",
        )
    ]
    assert list(rules.replicas_fit_the_pool(cluster(pools={"app": {"maxCount": 27}}), many)) == []


def test_a_size_that_is_not_listed_passes_without_a_rule() -> None:
    unknown = cluster(pools={"app": {"vmSize": "Standard_Q2s_v9", "osDiskType": "Ephemeral"}})
    huge = workload({"scaling.maxReplicas": 80, "resources.memory": "512Gi"})

    assert list(rules.disks_have_room(unknown)) == []
    assert [*rules.replica_fits_a_machine(unknown, huge), *rules.replicas_fit_the_pool(unknown, huge)] == []


def test_a_stack_file_is_refused_with_the_machines_place() -> None:
    texts = project.read(SAMPLE).config("dev")
    wrong = merged(json.loads(texts["slipway:cluster"]), {"pools": {"app": {"vmSize": "Standard_D2ps_v5"}}})

    with pytest.raises(ConfigError, match=r"slipway:cluster\.pools\.app\.vmSize: found Standard_D2ps_v5 \(arm64\)"):
        parse("dev", {**texts, "slipway:cluster": json.dumps(wrong)})


def test_every_rule_is_run_by_the_loader() -> None:
    public = {
        rule
        for name, rule in vars(rules).items()
        if callable(rule) and not name.startswith("_") and rule.__module__ == rules.__name__
    }

    assert set(rules.RULES) == public
