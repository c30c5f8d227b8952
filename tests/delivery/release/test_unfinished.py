"""A deployment begins with what an interrupted one left, and never without the cluster."""

from typing import Any

import pytest

from delivery.failure import FailureError
from delivery.release.deploy import deploy
from delivery.release.engine import LockedError
from delivery.release.gate import GateError
from delivery.release.rollback import rollback
from delivery.release.verify import verify

from .world import World

DEPLOYMENT = "urn:pulumi:prod::slipway::kubernetes:apps/v1:Deployment::workload-app"
UNREACHABLE = "configured Kubernetes cluster is unreachable: getting credentials: AADSTS700082: the token has expired"


def leave(prod: World, *operations: tuple[str, str], inputs: dict[str, Any] | None = None) -> None:
    """Put unfinished operations into the state, as an engine leaves them that was killed."""
    pending = [{"type": type_, "resource": {"urn": urn, "inputs": inputs or {}}} for type_, urn in operations]
    known = [{"urn": DEPLOYMENT, "type": "kubernetes:apps/v1:Deployment"}]
    prod.engine.change(deployment={"resources": known, "pending_operations": pending})


def called(prod: World, verb: str) -> list[int]:
    return [number for number, call in enumerate(prod.engine.calls) if call.startswith(f"pulumi {verb}")]


@pytest.fixture
def live(prod: World) -> World:
    """Prod with its second release live."""
    for number in (1, 2):
        deploy(prod.deployer(), prod.release(number))
    return prod


def test_what_was_being_changed_is_read_before_the_preview(live: World) -> None:
    leave(live, ("updating", DEPLOYMENT))
    live.engine.change(calls=[])
    deploy(live.deployer(), live.release(3))

    (_, read) = called(live, "refresh")
    assert f"--target {DEPLOYMENT}" in live.engine.calls[read]
    assert "--preview-only" not in live.engine.calls[read]
    assert read < called(live, "preview")[0] < called(live, "up")[0]


def test_a_whole_state_is_not_refreshed(live: World) -> None:
    live.engine.change(calls=[])
    deploy(live.deployer(), live.release(3))
    assert called(live, "refresh") == []


def test_going_back_reads_what_was_being_changed_first(live: World) -> None:
    leave(live, ("updating", DEPLOYMENT))
    live.engine.change(calls=[])
    assert rollback(live.deployer()).digest == live.release(1).image.digest == live.live
    assert called(live, "refresh")[-1] < called(live, "up")[0]


def test_an_object_that_was_being_created_is_adopted(live: World) -> None:
    urn = "urn:pulumi:prod::slipway::kubernetes:core/v1:ConfigMap::settings"
    leave(live, ("creating", urn), inputs={"metadata": {"namespace": "scoring-prod", "name": "settings"}})
    deploy(live.deployer(), live.release(3))
    (adopted,) = [one for one in live.engine.read()["deployment"]["resources"] if one["urn"] == urn]
    assert adopted["id"] == "scoring-prod/settings"


@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_a_cluster_that_does_not_answer_stops_before_anything_changes(live: World, command: str) -> None:
    before = live.live, live.outcomes()
    leave(live)
    live.engine.change(fails={"refresh": UNREACHABLE})
    with pytest.raises(GateError) as caught:
        deploy(live.deployer(), live.release(3)) if command == "deploy" else rollback(live.deployer())

    assert str(caught.value).splitlines() == [
        "prod: the cluster does not answer; nothing was changed",
        f"kubernetes:apps/v1:Deployment (workload-app): {UNREACHABLE}",
        "log in again and look: az login; slipway doctor --for deploy --stack prod",
    ]
    assert caught.value.code == 1
    assert (live.live, live.outcomes()) == before


def test_a_release_that_answers_is_not_proved_while_the_state_names_another(live: World) -> None:
    leave(live, ("updating", DEPLOYMENT))
    with pytest.raises(FailureError, match=r"(?s)answers, and\n  the engine began with workload-app \(updating\)"):
        verify(live.deployer())


def test_a_lock_of_another_process_is_left_alone(live: World) -> None:
    release = live.release(3)
    live.engine.change(fails={release.image.digest: "locked"}, calls=[])
    with pytest.raises(LockedError):
        deploy(live.deployer(), release)
    assert called(live, "cancel") == []
