"""A release changes the workload and nothing else, and nobody's `up` takes it back."""

import pytest

from tests.engine.harness.environments import Environments, release

pytestmark = pytest.mark.engine

DEPLOYMENT = "kubernetes:apps/v1:Deployment::workload-app"


def test_the_first_preview_needs_nothing_that_only_azure_knows(blank: Environments) -> None:
    assert set(blank["dev"].preview().counts) == {"create"}
    blank["dev"].configure("slipway:release", release(1))
    planned = blank["dev"].preview()
    assert set(planned.counts) == {"create"}
    assert DEPLOYMENT in planned.operations


def test_the_first_up_makes_everything_but_the_workload(first: Environments) -> None:
    made = {resource["type"] for resource in first["dev"].resources()}
    assert {"azure-native:containerservice:ManagedCluster", "azure-native:containerregistry:Registry"} <= made
    assert not any(kind.startswith("kubernetes:") for kind in made)
    assert "release" not in first["dev"].outputs()


def test_a_second_up_changes_nothing(first: Environments) -> None:
    assert first["dev"].up("--expect-no-changes").operations == {}


def test_the_first_release_adds_the_workload_and_touches_nothing_on_azure(first: Environments) -> None:
    first["dev"].configure("slipway:release", release(1))
    done = first["dev"].up()
    assert set(done.of("kubernetes").values()) == {"create"}
    assert DEPLOYMENT in done.operations
    assert done.of("azure") == {}
    assert first["dev"].outputs()["release"] == release(1)


def test_the_next_release_changes_the_deployment_alone(live: Environments) -> None:
    live["dev"].configure("slipway:release", release(2))
    assert live["dev"].preview().operations == {DEPLOYMENT: "update"}
    assert live["dev"].up().operations == {DEPLOYMENT: "update"}
    assert live["dev"].outputs()["release"] == release(2)


def test_a_new_model_alone_changes_the_deployment_alone(live: Environments) -> None:
    live["dev"].configure("slipway:release", release(1, model=2))
    done = live["dev"].up()
    assert done.operations == {DEPLOYMENT: "update"}
    assert live["dev"].outputs()["release"]["model"]["version"] == "2"


def test_an_up_without_a_release_in_config_keeps_the_last_one(live: Environments) -> None:
    live["dev"].configure("slipway:release", None)
    assert live["dev"].preview("--expect-no-changes").of("kubernetes:") == {}
    live["dev"].up()
    assert live["dev"].outputs()["release"] == release(1)
    assert live["dev"].up("--expect-no-changes").operations == {}


def test_going_back_to_an_earlier_release_restores_the_deployment(live: Environments) -> None:
    deployments = "kubernetes:apps/v1:Deployment"
    before = [found.body["spec"] for found in live.workspace.cloud.all(deployments)]
    live["dev"].configure("slipway:release", release(2))
    live["dev"].up()
    assert [found.body["spec"] for found in live.workspace.cloud.all(deployments)] != before
    live["dev"].configure("slipway:release", release(1))
    assert live["dev"].up().operations == {DEPLOYMENT: "update"}
    assert [found.body["spec"] for found in live.workspace.cloud.all(deployments)] == before


@pytest.mark.parametrize("kind", ["refuse", "break"])
def test_a_rollout_that_failed_is_not_what_the_next_up_keeps(live: Environments, kind: str) -> None:
    live.workspace.cloud.fail("kubernetes:apps/v1:Deployment", "update", "ProgressDeadlineExceeded", kind=kind)
    live["dev"].configure("slipway:release", release(2))
    failed = live["dev"].up(must=False)
    assert failed.failed == [DEPLOYMENT]
    assert live["dev"].outputs()["release"] == release(1)

    live["dev"].configure("slipway:release", None)
    live["dev"].up()
    (deployment,) = live.workspace.cloud.all("kubernetes:apps/v1:Deployment")
    assert release(1)["digest"] in str(deployment.body)
    assert release(2)["digest"] not in str(deployment.body)


def test_a_later_environment_takes_over_the_earlier_one_s_digest(chain: Environments) -> None:
    dev, prod = chain["dev"].outputs(), chain["prod"].outputs()
    assert dev["release"] == prod["release"] == release(1)
    assert dev["registryLoginServer"] != prod["registryLoginServer"]
    images = {str(found.body["spec"]) for found in chain.workspace.cloud.all("kubernetes:apps/v1:Deployment")}
    assert len(images) == 2
    for one in (dev, prod):
        assert any(f"{one['registryLoginServer']}/scoring@{release(1)['digest']}" in image for image in images)


def test_a_release_of_dev_leaves_prod_as_it_is(chain: Environments) -> None:
    chain["dev"].configure("slipway:release", release(2))
    chain["dev"].up()
    assert chain["prod"].up("--refresh", "--expect-no-changes").operations == {}
