"""Deploying: what is live afterwards is what was asked for and proved itself, or what was good before."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.failure import ConflictError, FailureError, IntegrityError, NotFoundError
from delivery.preview import approval, engine_json
from delivery.release.deploy import deploy
from delivery.release.deployer import RestoredError, StrandedError, Target
from delivery.release.gate import GateError, judge, write
from delivery.release.record import Release
from delivery.release.rollback import rollback

from .world import STACK_FILE, World

SETTINGS: dict[str, Any] = {
    "op": "update",
    "urn": "urn:pulumi:STACK::slipway::kubernetes:core/v1:ConfigMap::settings",
    "oldState": {"type": "kubernetes:core/v1:ConfigMap", "custom": True, "inputs": {"data": {"a": "1"}}},
    "newState": {"type": "kubernetes:core/v1:ConfigMap", "custom": True, "inputs": {"data": {"a": "2"}}},
}


def step(op: str, kind: str, *, protect: bool = False) -> dict[str, object]:
    state = {"type": kind, "custom": True, "inputs": {}, "protect": protect}
    sides = {"oldState": state} if op == "delete" else {"oldState": state, "newState": state}
    return {"op": op, "urn": f"urn:pulumi:STACK::slipway::{kind}::one", **sides}


def approve(folder: Path, prod: World, release: Release, attempt: int = 1) -> None:
    """Keep the approval that a preview of the release now would give, as the pipeline does."""
    judged = judge(prod.deployer().engine.preview(release.configuration()))
    write(judged, folder / f"preview-prod-{attempt}", release, prod.running)


def test_a_release_goes_live_with_its_digest_in_the_environments_own_registry(prod: World) -> None:
    release = prod.release(1)
    deploy(prod.deployer(), release)

    assert prod.live == release.image.digest
    assert prod.prod.manifests.keys() >= {release.image.digest, "r1"}
    assert prod.prod.blobs == prod.dev.blobs
    assert prod.outcomes() == [("deploy", release.id, "succeeded")]


def test_the_engine_is_told_by_a_file_of_its_own_and_the_stack_file_stays(prod: World) -> None:
    release = prod.release(1)
    deploy(prod.deployer(), release)

    told = prod.engine.read()["config"]
    assert told == {**STACK_FILE["config"], "slipway:release": release.configuration()}
    assert yaml.safe_load((prod.root / "Pulumi.prod.yaml").read_text()) == STACK_FILE
    up = "pulumi up --config-file FILE --yes --skip-preview --color never --suppress-outputs --message deploy "
    up += f"{release.id} (commit c0ffee000000, colours 1)"
    assert [call.partition(" --stack")[0] for call in prod.engine.calls if "FILE" in call] == [
        "pulumi preview --json --config-file FILE",
        up,
    ]


def test_the_image_comes_from_the_environment_before_which_has_proved_it(prod: World) -> None:
    release = prod.release(1)
    outputs = prod.engine.read()["outputs"]
    elsewhere = release.model_copy(update={"image": release.image.model_copy(update={"registry": "nowhere.invalid"})})
    assert outputs["dev"]["registryLoginServer"] != "nowhere.invalid"

    deploy(prod.deployer(), elsewhere)

    assert prod.live == release.image.digest


def test_an_image_that_is_there_is_not_sent_again(prod: World) -> None:
    release = prod.release(1)
    deploy(prod.deployer(), release)
    prod.prod.requests.clear()
    deploy(prod.deployer(), release)

    assert not [request for request in prod.prod.requests if request.startswith(("PUT", "POST"))]


def test_an_image_that_is_nowhere_stops_before_anything_changes(prod: World) -> None:
    release = prod.release(1, pushed=False)
    with pytest.raises(NotFoundError, match="is not there; nothing was changed"):
        deploy(prod.deployer(), release)

    assert (prod.ups, prod.outcomes()) == ([], [])


def test_a_registry_that_keeps_another_image_under_the_tag_stops_before_anything_changes(prod: World) -> None:
    release = prod.release(1)
    prod.prod.forgets = "manifests"
    with pytest.raises(IntegrityError, match="holds nothing after the import"):
        deploy(prod.deployer(), release)

    assert (prod.ups, prod.outcomes()) == ([], [])


def test_every_gate_is_open_before_anything_changes(prod: World) -> None:
    prod.engine.change(steps=[step("delete", "azure-native:storage:StorageAccount", protect=True)])
    with pytest.raises(GateError, match="nothing was deployed") as caught:
        deploy(prod.deployer(), prod.release(1))

    assert caught.value.code == 10
    assert (prod.ups, prod.outcomes()) == ([], [])


def test_what_was_not_approved_is_not_deployed(prod: World, tmp_path: Path) -> None:
    prod.engine.change(steps=[])
    release = prod.release(1)
    approve(tmp_path, prod, release)
    prod.engine.change(steps=[SETTINGS])

    with pytest.raises(GateError, match="update, approved was no change") as caught:
        deploy(prod.deployer(), release, approved=tmp_path)

    assert caught.value.code == 12
    assert prod.ups == []


def test_other_values_than_the_approved_ones_are_not_deployed(prod: World, tmp_path: Path) -> None:
    release = prod.release(1)
    prod.engine.change(steps=[SETTINGS])
    approve(tmp_path, prod, release)
    prod.engine.change(steps=[{**SETTINGS, "newState": {**SETTINGS["newState"], "inputs": {"data": {"a": "3"}}}}])

    with pytest.raises(GateError, match="update with other values than those that were approved"):
        deploy(prod.deployer(), release, approved=tmp_path)

    assert prod.ups == []


def test_what_was_approved_is_deployed_and_the_last_attempts_approval_counts(prod: World, tmp_path: Path) -> None:
    release = prod.release(1)
    approve(tmp_path, prod, release, attempt=9)
    prod.engine.change(steps=[SETTINGS])
    approve(tmp_path, prod, release, attempt=10)

    deploy(prod.deployer(), release, approved=tmp_path)

    assert prod.live == release.image.digest


def test_an_approval_of_another_release_approves_nothing(prod: World, tmp_path: Path) -> None:
    first, second = prod.release(1), prod.release(2)
    approve(tmp_path, prod, first)

    with pytest.raises(GateError, match=rf"approved was release {first.id} .*, not {second.id}") as caught:
        deploy(prod.deployer(), second, approved=tmp_path)

    assert (caught.value.code, prod.ups) == (12, [])


def test_an_approval_does_not_hold_once_another_release_is_live(prod: World, tmp_path: Path) -> None:
    """Releases 2 and 3 were previewed over 1, and 3 went first: what 2 would replace is no longer what was shown."""
    one, two, three = (prod.release(number) for number in (1, 2, 3))
    deploy(prod.deployer(), one)
    approve(tmp_path / "two", prod, two)
    approve(tmp_path / "three", prod, three)
    deploy(prod.deployer(), three, approved=tmp_path / "three")

    with pytest.raises(GateError, match=r"the stack runs sha256:.*; it ran sha256:.* when this was approved"):
        deploy(prod.deployer(), two, approved=tmp_path / "two")

    assert prod.live == three.image.digest


def test_a_deployment_that_is_repeated_needs_no_other_approval(prod: World, tmp_path: Path) -> None:
    """A later step of the stage failed, and its run is started again: nothing is left to change."""
    release = prod.release(1)
    prod.engine.change(steps=[SETTINGS])
    approve(tmp_path, prod, release)
    deploy(prod.deployer(), release, approved=tmp_path)
    prod.engine.change(steps=[])

    deploy(prod.deployer(), release, approved=tmp_path)

    assert prod.outcomes() == [("deploy", release.id, "succeeded")] * 2


def test_an_approval_of_a_preview_without_a_release_is_refused(prod: World, tmp_path: Path) -> None:
    approval.write(tmp_path / "approval.json", approval.approval(engine_json.parse(b'{"steps": []}', "a test")))

    with pytest.raises(GateError, match="the approval names no release"):
        deploy(prod.deployer(), prod.release(1), approved=tmp_path)


def test_an_older_release_replaces_a_newer_one_only_where_that_is_asked_for(prod: World) -> None:
    older, newer = prod.release(1), prod.release(2)
    deploy(prod.deployer(), newer)

    with pytest.raises(ConflictError, match=rf"(?s){older.id}: is older than {newer.id}, which prod runs.*--older"):
        deploy(prod.deployer(), older)
    assert prod.live == newer.image.digest

    deploy(prod.deployer(), older, older=True)
    assert prod.live == older.image.digest


def test_after_a_rollback_the_release_that_was_left_may_be_deployed_again(prod: World) -> None:
    one, two = prod.release(1), prod.release(2)
    for release in (one, two):
        deploy(prod.deployer(), release)
    rollback(prod.deployer())

    deploy(prod.deployer(), two)

    assert prod.live == two.image.digest


def test_an_approval_that_is_missing_stops(prod: World, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"holds no approval\.json"):
        deploy(prod.deployer(), prod.release(1), approved=tmp_path)

    assert prod.ups == []


@pytest.mark.parametrize(
    ("rights", "kind", "stopped"),
    [
        ("release", "kubernetes:core/v1:ConfigMap", False),
        ("release", "kubernetes:core/v1:Namespace", True),
        ("release", "kubernetes:core/v1:ResourceQuota", True),
        ("release", "kubernetes:core/v1:ConfigMapPatch", True),
        ("release", "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", True),
        ("release", "kubernetes:scheduling.k8s.io/v1:PriorityClass", True),
        ("release", "azure-native:storage:StorageAccount", True),
        ("release", "azuredevops:index/checkApproval:CheckApproval", True),
        ("environment", "azure-native:network:NatGateway", False),
        ("environment", "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", False),
        ("environment", "azure-native:consumption:Budget", True),
        ("environment", "azuredevops:index/checkApproval:CheckApproval", True),
        (None, "azuredevops:index/checkApproval:CheckApproval", False),
    ],
)
def test_a_pipeline_stops_where_its_identity_may_not_do_what_the_commit_asks(
    prod: World, rights: str | None, kind: str, *, stopped: bool
) -> None:
    prod.engine.change(steps=[step("update", kind)])
    release = prod.release(1)
    if stopped:
        with pytest.raises(GateError, match=r"a person applies that first: pulumi up -s prod"):
            deploy(prod.deployer(), release, rights=rights)  # type: ignore[arg-type]  # one of the two
        assert prod.ups == []
    else:
        deploy(prod.deployer(), release, rights=rights)  # type: ignore[arg-type]  # as above
        assert prod.live == release.image.digest


def test_a_program_that_does_not_preview_is_not_deployed_and_says_why(prod: World) -> None:
    prod.engine.change(fails={"preview": "Pulumi.prod.yaml has 1 mistake: slipway:cluster: found nothing"})
    with pytest.raises(FailureError, match=r"Pulumi\.prod\.yaml has 1 mistake"):
        deploy(prod.deployer(), prod.release(1))

    assert prod.ups == []


def test_an_environment_that_never_came_up_is_said_to_need_that(prod: World) -> None:
    outputs = prod.engine.read()["outputs"]
    prod.engine.change(outputs=outputs | {"prod": {}})

    with pytest.raises(NotFoundError, match="bring the environment up once, pulumi up -s prod"):
        deploy(prod.deployer(), prod.release(1))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("dead", "not ready within"),
        ("wrong", "1 of 3 examples are answered wrongly: red: POST /v1/classify: classes.0.label: found 'mauve'"),
        ("rude", "answered 500, expected 415"),
        ("slow", "allowed are 900 ms"),
    ],
)
def test_a_release_that_fails_its_smoke_test_makes_room_for_the_last_good_one(
    prod: World, fault: str, reason: str
) -> None:
    good, bad = prod.release(1), prod.release(2)
    prod.faults[bad.image.digest] = fault
    deploy(prod.deployer(), good)

    with pytest.raises(RestoredError) as caught:
        deploy(prod.deployer(latency_ms=900, samples=2), bad)

    assert reason in str(caught.value)
    assert "is live again, and was proved" in str(caught.value)
    assert caught.value.code == 6
    assert prod.live == good.image.digest
    assert [kind.split()[0] for kind in prod.ups] == ["deploy", "deploy", "put"]
    assert prod.outcomes() == [("deploy", good.id, "succeeded"), ("deploy", bad.id, "restored")]
    assert reason in (list(prod.store.history("prod"))[-1].ended or pytest.fail("no end")).reason


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_up_that_fails_is_undone_whether_or_not_it_had_switched(prod: World, moment: str) -> None:
    good, bad = prod.release(1), prod.release(2)
    deploy(prod.deployer(), good)
    prod.engine.change(fails={bad.image.digest: moment})

    with pytest.raises(RestoredError, match="pulumi up ended with exit code 255"):
        deploy(prod.deployer(), bad)

    assert prod.live == good.image.digest


def test_an_engine_that_cannot_put_back_what_answers_all_the_same_has_restored_it(prod: World) -> None:
    """A quota that is full stops every `up`, and the old pods go on."""
    good, bad = prod.release(1), prod.release(2)
    deploy(prod.deployer(), good)
    prod.engine.change(fails={bad.image.digest: "before", good.image.digest: "before"})

    with pytest.raises(RestoredError, match="QuotaExceeded"):
        deploy(prod.deployer(), bad)


def test_what_cannot_be_put_back_calls_for_somebody_at_once(prod: World) -> None:
    good, bad = prod.release(1), prod.release(2)
    deploy(prod.deployer(), good)
    prod.faults[bad.image.digest] = "dead"
    prod.engine.change(fails={good.image.digest: "before"})

    with pytest.raises(StrandedError, match="could not be put back") as caught:
        deploy(prod.deployer(), bad)

    assert caught.value.code == 7
    assert prod.outcomes()[-1] == ("deploy", bad.id, "failed")


def test_a_first_release_that_fails_has_nothing_to_go_back_to_and_says_so(prod: World) -> None:
    bad = prod.release(1)
    prod.faults[bad.image.digest] = "dead"

    with pytest.raises(StrandedError, match="there is nothing good to put back"):
        deploy(prod.deployer(), bad)

    assert prod.outcomes() == [("deploy", bad.id, "failed")]


def test_a_release_that_failed_is_never_what_a_later_failure_goes_back_to(prod: World) -> None:
    good, bad, worse = prod.release(1), prod.release(2), prod.release(3)
    deploy(prod.deployer(), good)
    for release in (bad, worse):
        prod.faults[release.image.digest] = "wrong"
        with pytest.raises(RestoredError):
            deploy(prod.deployer(), release)

    assert prod.live == good.image.digest


def test_what_somebody_deployed_by_hand_is_what_there_is_to_put_back(prod: World) -> None:
    by_hand, bad = prod.release(1), prod.release(2)
    prod.prod.manifests |= prod.dev.manifests
    outputs = prod.engine.read()["outputs"]
    outputs["prod"]["release"] = by_hand.configuration()
    prod.engine.change(outputs=outputs, live=by_hand.configuration())
    prod.faults[bad.image.digest] = "wrong"

    with pytest.raises(RestoredError):
        deploy(prod.deployer(), bad)

    assert prod.live == by_hand.image.digest


def test_the_release_before_may_answer_for_a_while_but_not_for_ever(prod: World) -> None:
    old, new = prod.release(1), prod.release(2)
    deploy(prod.deployer(), old)

    with pytest.raises(FailureError, match=r"after 0 s the release still is another: GET /version: code.build: found"):
        prod.deployer(settle_seconds=0.2).prove(Target(new.configuration()))
