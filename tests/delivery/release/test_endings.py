"""An ending is true: from the start of an `up` on, no error of any kind leaves a bad release live unnoticed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from delivery.failure import ConflictError, FailureError
from delivery.release import attempt, deployer
from delivery.release.deploy import deploy
from delivery.release.deployer import Deployer, OvertakenError, RestoredError, StrandedError, Target
from delivery.release.engine import Engine, LockedError
from delivery.release.record import Release
from delivery.release.store import ReleaseStore

from .samples import begun
from .world import World


class RefusingStore(ReleaseStore):
    """A store that takes no ends, as one does whose container has become read-only."""

    def end(self, begun: Any, ended: Any) -> None:
        del begun, ended
        raise FailureError("az://releases: 403 AuthorizationPermissionMismatch")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt, "PAUSES_SECONDS", (0.0,))


def stop_at(step: str, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the smoke test of the first release that reaches it fail with an error that no one foresaw."""
    real: Callable[..., None] = getattr(deployer, step)
    left = [error]

    def fail(*given: Any) -> None:
        if left:
            raise left.pop()
        real(*given)

    monkeypatch.setattr(deployer, step, fail)


def deployed(prod: World, number: int) -> Release:
    release = prod.release(number)
    deploy(prod.deployer(), release)
    return release


@pytest.mark.parametrize("fault", ["page", "empty", "markup"])
def test_an_answer_of_any_form_makes_room_for_the_last_good_release(prod: World, fault: str) -> None:
    good, bad = deployed(prod, 1), prod.release(2)
    prod.faults[bad.image.digest] = fault

    with pytest.raises(RestoredError) as caught:
        deploy(prod.deployer(), bad)

    assert caught.value.code == 6
    assert prod.live == good.image.digest


@pytest.mark.parametrize("error", [RuntimeError("a bug"), KeyError("classes"), OSError(28, "No space left on device")])
def test_an_error_that_was_not_foreseen_makes_room_for_the_last_good_release(
    prod: World, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = deployed(prod, 1), prod.release(2)
    stop_at("prove", error, monkeypatch)

    with pytest.raises(RestoredError, match=type(error).__name__):
        deploy(prod.deployer(), bad)

    assert prod.live == good.image.digest
    assert prod.outcomes()[-1] == ("deploy", bad.id, "restored")


def test_a_locked_state_is_no_failed_release_and_nothing_is_put_back(prod: World) -> None:
    good, other = deployed(prod, 1), prod.release(2)
    prod.engine.change(fails={other.image.digest: "locked"})

    with pytest.raises(
        LockedError, match=r"(?s)locked by 1 lock.*changed nothing.*pulumi cancel --stack prod"
    ) as caught:
        deploy(prod.deployer(), other)

    assert caught.value.code == 1
    assert prod.live == good.image.digest
    assert [up.split()[0] for up in prod.ups] == ["deploy", "deploy"]
    assert prod.outcomes()[-1] == ("deploy", other.id, "unchanged")


def test_a_release_that_another_deployment_made_live_meanwhile_is_left_alone(prod: World) -> None:
    deployed(prod, 1)
    loser, winner = prod.release(2), prod.release(3)
    prod.engine.change(fails={loser.image.digest: winner.configuration()})

    with pytest.raises(OvertakenError, match=r"another deployment made .* live meanwhile; it was left alone") as caught:
        deploy(prod.deployer(), loser)

    assert caught.value.code == 4
    assert prod.live == winner.image.digest
    assert prod.outcomes()[-1] == ("deploy", loser.id, "overtaken")


def test_what_another_deployment_has_proved_since_is_what_is_put_back(
    prod: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed(prod, 1)
    bad, newer = prod.release(2), prod.release(3)
    prod.faults[bad.image.digest] = "wrong"
    run = Engine.up

    def overtake(engine: Engine, release: Any, message: str, read: Any) -> None:
        if release["digest"] == bad.image.digest:
            monkeypatch.setattr(Engine, "up", run)
            deploy(prod.deployer(), newer)
        run(engine, release, message, read)

    monkeypatch.setattr(Engine, "up", overtake)

    with pytest.raises(RestoredError, match=newer.id):
        deploy(prod.deployer(), bad)

    assert prod.live == newer.image.digest


def test_a_deployment_stops_where_the_live_release_changed_since_its_preview(prod: World) -> None:
    good, other = deployed(prod, 1), prod.release(2)

    with pytest.raises(
        ConflictError, match=r"another deployment changed the live release meanwhile.*nothing was changed"
    ):
        prod.deployer().replace(_target(other), None, "deploy", over="sha256:" + "0" * 64)

    assert prod.live == good.image.digest


def test_a_store_that_takes_no_end_changes_no_success(prod: World, capsys: pytest.CaptureFixture[str]) -> None:
    release = prod.release(1)

    deploy(_refused(prod), release)

    assert prod.live == release.image.digest
    said = " ".join(capsys.readouterr().out.split())
    assert "the end of deployment 1 to prod (succeeded) could not be written down: az://releases: 403" in said


def test_a_store_that_takes_no_end_changes_no_call_for_help(prod: World) -> None:
    bad = prod.release(1)
    prod.faults[bad.image.digest] = "dead"

    with pytest.raises(StrandedError) as caught:
        deploy(_refused(prod), bad)

    assert caught.value.code == 7


def test_a_release_whose_end_was_not_written_is_put_back_because_it_proves_itself(prod: World) -> None:
    deployed(prod, 1)
    unwritten, bad = prod.release(2), prod.release(3)
    deploy(_refused(prod), unwritten)
    prod.faults[bad.image.digest] = "wrong"

    with pytest.raises(RestoredError, match=unwritten.id):
        deploy(prod.deployer(), bad)

    assert prod.live == unwritten.image.digest


def test_a_release_whose_deployment_was_stopped_and_is_bad_is_not_put_back(prod: World) -> None:
    good, stopped, bad = deployed(prod, 1), prod.release(2), prod.release(3)
    prod.store.begin(begun(stopped, environment="prod"))
    outputs = prod.engine.read()["outputs"]
    outputs["prod"]["release"] = stopped.configuration()
    prod.engine.change(outputs=outputs, live=stopped.configuration())
    for release in (stopped, bad):
        prod.faults[release.image.digest] = "wrong"

    with pytest.raises(RestoredError, match=good.id):
        deploy(prod.deployer(), bad)


def test_good_answers_are_not_enough_where_the_deployment_asks_for_the_bad_image(prod: World) -> None:
    """The engine fails in the rollout: old pods still answer, and the Deployment replaces them once it can."""
    good, bad = deployed(prod, 1), prod.release(2)
    container = {"image": f"registry.example/{bad.image.repository}@{bad.image.digest}"}
    resource = {
        "type": "kubernetes:apps/v1:Deployment",
        "urn": "urn:pulumi:prod::slipway::kubernetes:apps/v1:Deployment::app",
        "inputs": {"spec": {"template": {"spec": {"containers": [container]}}}},
    }
    prod.engine.change(
        fails={bad.image.digest: "before", good.image.digest: "before"}, deployment={"resources": [resource]}
    )

    with pytest.raises(StrandedError, match=r"the good release answers, and\nthe Deployment app asks for"):
        deploy(prod.deployer(), bad)


def test_a_put_back_that_meets_a_lock_calls_for_help_although_the_old_pods_answer(prod: World) -> None:
    good, bad = deployed(prod, 1), prod.release(2)
    prod.engine.change(fails={bad.image.digest: "before", good.image.digest: "locked"})

    with pytest.raises(StrandedError, match=r"could not be put back: pulumi up ended .*"):
        deploy(prod.deployer(), bad)


def _target(release: Release) -> Target:
    return Target(release.configuration(), release.id, release.image.tag)


def _refused(prod: World) -> Deployer:
    return replace(prod.deployer(), store=RefusingStore(prod.store.store))
