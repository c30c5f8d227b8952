"""The workload, applied as it is rendered: it comes up, answers, and says what it is."""

import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from . import conftest
from .deployed import Deployed
from .images import Packed
from .kubectl import apply, get, unchanged

pytestmark = pytest.mark.cluster

READY_SECONDS = 20
"""A replica takes one or two on a machine that is free."""


@pytest.fixture(scope="module")
def deployed(first: Packed) -> Iterator[Deployed]:
    for made in conftest.environment():
        assert made.release(first) == []
        made.await_rollout()
        yield made


def test_it_is_admitted_without_a_warning_and_answers_with_the_right_model(deployed: Deployed, first: Packed) -> None:
    told = deployed.version()

    assert (told["model"]["version"], told["model"]["sha256"]) == ("1", first.model.sha256)
    assert told["code"]["build"] == "b1"


def test_the_autoscaler_brings_it_to_its_fewest_replicas(deployed: Deployed) -> None:
    assert deployed.wanted == 2
    assert len(deployed.ready()) == 2


def test_its_pods_run_as_nobody_and_without_a_token(deployed: Deployed) -> None:
    for pod in deployed.pods():
        assert pod["spec"]["securityContext"]["runAsUser"] == 10001
        assert "volumes" not in pod["spec"]
        assert pod["status"]["qosClass"] == "Burstable"


def test_each_replica_was_ready_within_seconds_and_never_restarted(deployed: Deployed) -> None:
    for pod in deployed.pods():
        [container] = pod["status"]["containerStatuses"]
        [ready] = [one for one in pod["status"]["conditions"] if one["type"] == "Ready"]
        started = datetime.fromisoformat(container["state"]["running"]["startedAt"])

        assert container["restartCount"] == 0
        assert (datetime.fromisoformat(ready["lastTransitionTime"]) - started).total_seconds() < READY_SECONDS


def test_applying_it_again_changes_nothing(deployed: Deployed) -> None:
    kinds = "serviceaccounts,configmaps,networkpolicies,limitranges,services,deployments"

    def state() -> dict[str, str]:
        found = get("-n", deployed.namespace, kinds)["items"]
        return {f"{one['kind']}/{one['metadata']['name']}": one["metadata"]["resourceVersion"] for one in found}

    before = state()
    assert unchanged(deployed.own)
    apply(deployed.own)
    time.sleep(2)  # for controllers that would take notice

    assert state() == before


def test_two_environments_do_not_touch_each_other(deployed: Deployed, second: Packed) -> None:
    def pods() -> set[str]:
        return {pod["metadata"]["uid"] for pod in deployed.pods()}

    before = pods()
    for other in conftest.environment():
        other.release(second, {"resources.cpuRequest": "250m"})
        other.await_rollout()

        assert other.await_address() != deployed.await_address()
        assert other.version()["model"]["version"] == "2"
        assert deployed.version()["model"]["version"] == "1"

    assert deployed.version()["model"]["version"] == "1"
    assert pods() == before
