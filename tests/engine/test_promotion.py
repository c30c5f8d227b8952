"""An environment that promotes from another one goes through the same life, and leaves the other one alone."""

from typing import Any

import pytest

from tests.engine.harness.environments import Environments, release

pytestmark = pytest.mark.engine

PERMISSION = "azuredevops:index/pipelineAuthorization:PipelineAuthorization"

CLUSTER = "azure-native:containerservice:ManagedCluster"
DEPLOYMENT = "kubernetes:apps/v1:Deployment::workload-app"
POOL = "azure-native:containerservice:AgentPool::cluster-pool-app"
REGISTRY = "azure-native:containerregistry:Registry"


def test_its_first_preview_works_with_everything_unknown(live: Environments) -> None:
    prod = live.add("prod")
    assert set(prod.preview().counts) == {"create"}

    prod.configure("slipway:release", release(1))
    planned = prod.preview()
    assert set(planned.counts) == {"create"}
    assert DEPLOYMENT in planned.operations


def test_it_comes_up_without_a_release_and_a_second_up_changes_nothing(early: Environments) -> None:
    made = {resource["type"] for resource in early["prod"].resources()}
    assert {CLUSTER, REGISTRY} <= made
    assert not any(kind.startswith("kubernetes:") for kind in made)
    assert "release" not in early["prod"].outputs()
    assert early["prod"].up("--refresh", "--expect-no-changes").operations == {}


def test_its_first_release_adds_the_workload_and_touches_nothing_on_azure(early: Environments) -> None:
    early["prod"].configure("slipway:release", release(1))
    done = early["prod"].up()
    assert set(done.counts) == {"create"}
    assert DEPLOYMENT in done.operations
    assert done.of("azure") == {}
    assert early["prod"].outputs()["release"] == release(1)


@pytest.mark.parametrize("facts", [release(2), release(1, model=2)], ids=["code", "model"])
def test_a_release_and_the_way_back_change_the_deployment_alone(chain: Environments, facts: dict[str, Any]) -> None:
    before = {one.id: one.body["spec"] for one in chain.workspace.cloud.all("kubernetes:apps/v1:Deployment")}
    for wanted in (facts, release(1)):
        chain["prod"].configure("slipway:release", wanted)
        assert chain["prod"].preview().operations == {DEPLOYMENT: "update"}
        assert chain["prod"].up().operations == {DEPLOYMENT: "update"}
        assert chain["prod"].outputs()["release"] == wanted
    after = {one.id: one.body["spec"] for one in chain.workspace.cloud.all("kubernetes:apps/v1:Deployment")}
    assert after == before


def test_an_up_without_a_release_in_config_keeps_its_own_last_one(chain: Environments) -> None:
    chain["dev"].configure("slipway:release", release(2))
    chain["dev"].up()
    chain["prod"].configure("slipway:release", None)
    assert chain["prod"].preview().of("kubernetes:") == {}
    chain["prod"].up()
    assert chain["prod"].outputs()["release"] == release(1)
    assert chain["prod"].up("--expect-no-changes").operations == {}


def test_another_size_of_a_pool_touches_that_pool_alone(chain: Environments) -> None:
    size = chain["prod"].config["slipway:cluster"]["pools"]["app"]["maxCount"] + 1
    chain["prod"].configure("slipway:cluster.pools.app.maxCount", size)
    assert chain["prod"].preview().operations == {POOL: "update"}
    assert chain["prod"].up().operations == {POOL: "update"}


@pytest.mark.parametrize(("token", "kind"), [(CLUSTER, "break"), (REGISTRY, "refuse")])
def test_a_repaired_run_converges_after_a_failure_half_way(live: Environments, token: str, kind: str) -> None:
    prod = live.add("prod")
    prod.configure("slipway:release", release(1))
    live.workspace.cloud.fail(token, "create", "Code=SkuNotAvailable: not in this region today", kind=kind)
    failed = prod.up(must=False)
    assert [key.partition("::")[0] for key in failed.failed] == [token]
    assert "SkuNotAvailable" in failed.complaints

    assert set(prod.up().counts) <= {"create", "update"}
    assert prod.up("--refresh", "--expect-no-changes").operations == {}
    assert prod.outputs()["release"] == release(1)


def test_its_drift_is_its_own(chain: Environments) -> None:
    cloud, group = chain.workspace.cloud, chain["prod"].outputs()["resourceGroupName"]
    (registry,) = [one for one in cloud.all(REGISTRY) if f"/{group}/" in one.id]
    cloud.drift(registry.id, "adminUserEnabled", value=True)

    seen = chain["prod"].preview("--refresh", "--expect-no-changes", must=False)
    assert not seen.ok
    assert seen.operations == {f"{REGISTRY}::{registry.name}": "update"}
    assert chain["dev"].preview("--refresh", "--expect-no-changes").operations == {}


def test_once_its_protection_is_off_destroy_takes_all_of_it_and_nothing_else(live: Environments) -> None:
    """A pool's permissions stay: they are one for all environments of a chain."""
    cloud, prod = live.workspace.cloud, live.add("prod")
    others = {one.id for one in cloud.all() if one.name}
    prod.configure("slipway:release", release(1))
    prod.up()
    prod.configure("slipway:environment.protect", value=False)
    prod.up()

    gone = prod.destroy()
    assert set(gone.operations.values()) == {"delete"}
    assert prod.resources() == []
    left = {one.id: one.token for one in cloud.all() if one.name}
    assert left.keys() >= others
    assert {token for id_, token in left.items() if id_ not in others} == {PERMISSION}
    assert live["dev"].up("--refresh", "--expect-no-changes").operations == {}
