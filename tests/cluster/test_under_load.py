"""Whatever happens to replicas, callers do not notice: not one failed request, and answers nearly as fast.

Each test is a stretch of one long load on one environment. No caller asks twice, except where a replica is shot in the
middle of an answer: what it was asked is lost with it, and only asking again can help.
"""

import time
from collections.abc import Iterator

import pytest

from . import conftest
from .deployed import Deployed
from .images import BROKEN, HASTY, Images, Packed
from .kubectl import eventually, evict, kubectl
from .load import Figures, Load
from .node import kill, processes

pytestmark = pytest.mark.cluster

QUIET_SECONDS = 30
FEWEST_REQUESTS = 20_000
SLOWER = 3
"""How much longer than quiet the slowest hundredth may take."""

MOST_RESENDS = 15
"""As callers do that are told to try for three seconds."""


@pytest.fixture(scope="module")
def deployed(first: Packed) -> Iterator[Deployed]:
    for made in conftest.environment():
        made.release(first)
        made.await_rollout()
        yield made


@pytest.fixture(scope="module")
def load(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory, figures: list[Figures]) -> Iterator[Load]:
    with Load(deployed.await_address(), tmp_path_factory.mktemp("load"), stretches=figures) as running:
        yield running


@pytest.fixture(scope="module")
def quiet(load: Load) -> Figures:
    """Nothing happens."""
    with load.stretch("quiet") as stretch:
        time.sleep(QUIET_SECONDS)
    assert stretch.result.failures == {}
    return stretch.result


def unnoticed(figures: Figures, quiet: Figures) -> None:
    """Nothing failed; nor was anything slow, as far as this machine was free to tell."""
    assert figures.failures == {}
    if figures.undisturbed and quiet.undisturbed:
        assert figures.p99 <= SLOWER * quiet.p99


def names(deployed: Deployed) -> list[str]:
    return sorted(pod["metadata"]["name"] for pod in deployed.pods())


def test_another_setting_rolls_out(deployed: Deployed, load: Load, quiet: Figures, first: Packed) -> None:
    before = names(deployed)
    with load.stretch("another setting") as stretch:
        deployed.release(first, app={"queueLimit": 32})
        deployed.await_rollout()

    assert not set(before) & set(names(deployed))
    unnoticed(stretch.result, quiet)


def test_a_new_model_rolls_out_and_says_so(deployed: Deployed, load: Load, quiet: Figures, second: Packed) -> None:
    with load.stretch("a new model") as stretch:
        deployed.release(second)
        deployed.await_rollout()

    assert deployed.version()["model"]["version"] == "2"
    unnoticed(stretch.result, quiet)


def test_a_deleted_pod_is_replaced(deployed: Deployed, load: Load, quiet: Figures) -> None:
    victim = names(deployed)[0]
    with load.stretch("a pod is deleted") as stretch:
        kubectl("-n", deployed.namespace, "delete", "pod", victim)
        eventually("a replacement", deployed.settled)

    assert victim not in names(deployed)
    unnoticed(stretch.result, quiet)


def test_a_drain_takes_one_replica_at_a_time(deployed: Deployed, load: Load, quiet: Figures) -> None:
    one, other = names(deployed)
    with load.stretch("a drain") as stretch:
        assert evict(deployed.namespace, one)
        assert not evict(deployed.namespace, other)
        eventually("the budget to allow it", lambda: evict(deployed.namespace, other))
        eventually("replacements", deployed.settled)

    assert not {one, other} & set(names(deployed))
    unnoticed(stretch.result, quiet)


def test_replicas_come_and_go(deployed: Deployed, load: Load, quiet: Figures) -> None:
    with load.stretch("up and down") as stretch:
        for count in (3, 2):
            kubectl("-n", deployed.namespace, "scale", "deployment", "--all", f"--replicas={count}")
            eventually(f"{count} replicas", deployed.settled)

    assert deployed.wanted == 2
    unnoticed(stretch.result, quiet)


def test_a_worker_is_shot(deployed: Deployed, load: Load, quiet: Figures) -> None:
    uid = deployed.pods()[0]["metadata"]["uid"]
    victim = max(processes(uid, "app.scoring.fork_server"))  # the youngest: the oldest is what all are forked from
    with load.stretch("a worker is shot") as stretch:
        kill(victim)
        time.sleep(5)

    assert victim not in processes(uid, "app.scoring.fork_server")
    unnoticed(stretch.result, quiet)


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_image_never_takes_traffic(
    deployed: Deployed, load: Load, quiet: Figures, images: Images, second: Packed, fault: str
) -> None:
    deployed.release(second)
    deployed.await_rollout()
    good = deployed.ready()
    image = images.broken(second, BROKEN[fault])

    def given_up() -> bool:
        assert deployed.ready() == good
        reasons = {one.get("reason") for one in deployed.deployment["status"]["conditions"]}
        return "ProgressDeadlineExceeded" in reasons

    with load.stretch(f"an image that {fault}") as stretch:
        deployed.release(image, HASTY)
        eventually("the rollout to be given up", given_up)
        deployed.release(second)
        deployed.await_rollout()

    assert deployed.ready() == good
    unnoticed(stretch.result, quiet)


def test_twenty_thousand_requests_were_answered(load: Load, quiet: Figures) -> None:
    missing = FEWEST_REQUESTS - sum(one.count for one in load.stretches)
    with load.stretch("and quiet again") as stretch:
        time.sleep(max(5, missing / load.per_second + 1))

    assert sum(one.count for one in load.stretches) >= FEWEST_REQUESTS
    assert [one for one in load.stretches if one.failures] == []
    unnoticed(stretch.result, quiet)


def test_a_replica_is_shot_and_callers_that_ask_again_are_answered(
    deployed: Deployed, load: Load, tmp_path_factory: pytest.TempPathFactory, figures: list[Figures]
) -> None:
    """The long load goes on beside it: its callers ask once, so they lose what the replica would have answered."""
    [pod, _] = deployed.pods()
    container = pod["metadata"]["name"]
    master = min(processes(pod["metadata"]["uid"], "app.scoring"))
    host, folder = deployed.await_address(), tmp_path_factory.mktemp("shot")
    with (
        load.stretch("a replica is shot, and callers ask once") as once,
        Load(host, folder, resends=MOST_RESENDS, stretches=figures) as patient,
        patient.stretch("a replica is shot") as stretch,
    ):
        time.sleep(2)
        kill(master)
        eventually("its container to be missed", lambda: container not in deployed.ready())
        eventually("its container to be back", deployed.settled)
        time.sleep(5)

    assert stretch.result.resent > 0
    assert stretch.result.failures == {}
    assert all(outcome.startswith("no answer") for outcome in once.result.failures)
