"""A canary: a good one goes on, a worse one goes back, one that nothing can be told of goes back and says so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.failure import ConflictError, FailureError, UsageError
from delivery.release.canary import plan as planning
from delivery.release.canary.figures import FiguresError
from delivery.release.canary.plan import Pace, Wish
from delivery.release.canary.trial import UnjudgedError
from delivery.release.canary.watching import watch
from delivery.release.deploy import choose_plan, deploy, preview_phase
from delivery.release.deployer import OvertakenError, RestoredError
from delivery.release.deployment import Deployment, Ended
from delivery.release.gate import GateError, judge, write
from delivery.release.record import Release
from delivery.release.rollback import rollback

from .prometheus import CANARY, LIVE, SHADOW, Prometheus, Traffic, prometheus
from .samples import NOON
from .samples import begun as sample_begun
from .test_deploy import SETTINGS
from .world import STACK_FILE, World

PLACE = {"share": 10, "minutes": 10, "leastRequests": 20}
QUICK = Pace(scrape=0.01, lag=0.02, poll=0.02)
GOOD = Traffic(rate=400)


@pytest.fixture
def figures() -> Iterator[Prometheus]:
    with prometheus(live=Traffic(rate=4000), canary=Traffic(rate=400), shadow=Traffic(rate=400)) as made:
        yield made


@pytest.fixture
def placed(prod: World, figures: Prometheus, monkeypatch: pytest.MonkeyPatch) -> World:
    """A production environment that keeps a place for a canary, and runs its first release."""
    monkeypatch.setattr(planning, "_MINUTE", 0.03)
    keep(prod, PLACE)
    outputs = prod.engine.read()["outputs"]
    names = {"live": LIVE, "canary": CANARY, "shadow": SHADOW}
    outputs["prod"]["canaryFigures"] = {"url": figures.url, "cluster": "aks-prod", **names}
    first = prod.release(1)
    prod.prod.blobs |= prod.dev.blobs
    prod.prod.manifests |= prod.dev.manifests
    outputs["prod"]["release"] = first.configuration()
    prod.engine.change(outputs=outputs, live=first.configuration())
    begun = prod.store.begin(sample_begun(first, environment="prod"))
    prod.store.end(begun, Ended(outcome="succeeded", ended=NOON))
    return prod


def keep(prod: World, place: dict[str, Any] | None, **settings: Any) -> None:
    entry = {"kind": "gateway", "gateway": {"pool": "app"} | ({} if place is None else {"canary": place})}
    content = STACK_FILE | {"config": STACK_FILE["config"] | {"slipway:entry": entry} | settings}
    (prod.root / "Pulumi.prod.yaml").write_text(yaml.safe_dump(content))


def bring(prod: World, release: Release, *, approved: Path | None = None, **wish: Any) -> None:
    deploy(prod.deployer(), release, approved=approved, wish=Wish(pace=QUICK, **wish))


def canaries(prod: World) -> list[tuple[str, int, bool] | None]:
    """Build, share and shadow of the canary of each `up`, None where one had none."""
    return [one and (one["release"]["buildId"], one["share"], one["shadow"]) for one in prod.engine.read()["canaries"]]


def last(prod: World) -> Deployment:
    return next(reversed(prod.store.history("prod")))


def test_a_good_canary_goes_on(placed: World) -> None:
    new = placed.release(2)
    bring(placed, new)

    assert placed.running == new.image.digest
    assert canaries(placed) == [("2026.2", 10, False), None]
    ended = last(placed).ended
    assert ended is not None
    assert ended.outcome == "succeeded"
    [watch] = ended.watches
    assert (watch.kind, watch.share, watch.verdict) == ("canary", 10, "good")
    assert watch.new.requests >= 20
    assert watch.live.requests > watch.new.requests
    assert (watch.live.failed, watch.new.failed) == (0, 0)


@pytest.mark.parametrize(
    ("traffic", "reason"),
    [
        (
            Traffic(rate=400, failing=40),
            r"\d+\.\d% of its requests failed, 0\.0% of the live release's; allowed are 1% more",
        ),
        (Traffic(rate=400, milliseconds=400), r"19 of 20 of its requests took up to \d+ ms, \d+ ms of the live"),
    ],
    ids=["it fails oftener", "it is slower"],
)
def test_a_worse_canary_goes_back_by_itself(placed: World, figures: Prometheus, traffic: Traffic, reason: str) -> None:
    figures.traffic[CANARY] = traffic
    with pytest.raises(RestoredError, match=reason) as caught:
        bring(placed, placed.release(2))

    assert caught.value.code == 6
    assert canaries(placed) == [("2026.2", 10, False), None]
    assert placed.running == placed.release(1).image.digest
    ended = last(placed).ended
    assert ended is not None
    assert ended.outcome == "worse"
    assert "it is worse than the live release: as canary 10%" in ended.reason
    assert [one.verdict for one in ended.watches] == ["worse"]


def test_a_canary_that_few_ask_goes_back_and_is_not_called_good(placed: World, figures: Prometheus) -> None:
    figures.traffic[CANARY] = Traffic(rate=10)
    with pytest.raises(UnjudgedError, match="too few to judge it: needed are 20") as caught:
        bring(placed, placed.release(2))

    assert caught.value.code == 9
    assert placed.running == placed.release(1).image.digest
    assert canaries(placed)[-1] is None
    ended = last(placed).ended
    assert ended is not None
    assert (ended.outcome, [one.verdict for one in ended.watches]) == ("unjudged", ["unjudged"])


def test_a_clear_fault_is_not_waited_out(placed: World, figures: Prometheus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "_MINUTE", 60.0)  # ten minutes, which no test takes
    figures.traffic[CANARY] = Traffic(rate=400, failing=400)

    with pytest.raises(RestoredError):
        bring(placed, placed.release(2))

    ended = last(placed).ended
    assert ended is not None
    assert ended.watches[0].seconds < 60


def test_a_shadow_comes_first_and_its_answers_count_for_the_judgement_alone(placed: World, figures: Prometheus) -> None:
    bring(placed, placed.release(2), shadow=True, share="20%")

    assert canaries(placed) == [("2026.2", 20, True), ("2026.2", 20, False), None]
    ended = last(placed).ended
    assert ended is not None
    assert [(one.kind, one.share, one.verdict) for one in ended.watches] == [
        ("shadow", 20, "good"),
        ("canary", 20, "good"),
    ]
    figures.traffic[SHADOW] = Traffic(rate=400, failing=400)
    with pytest.raises(RestoredError, match="as shadow 10%"):
        bring(placed, placed.release(3), shadow=True)
    assert canaries(placed)[-2:] == [("2026.3", 10, True), None]


def test_at_once_there_is_no_canary(placed: World) -> None:
    bring(placed, placed.release(2), at_once=True)

    assert canaries(placed) == [None]


def test_the_live_release_again_has_no_canary(placed: World) -> None:
    bring(placed, placed.release(1))

    assert canaries(placed) == [None]


def test_the_first_release_takes_all(prod: World, figures: Prometheus) -> None:
    keep(prod, PLACE)
    bring(prod, prod.release(1))

    assert canaries(prod) == [None]
    assert figures.asked == 0
    with pytest.raises(UsageError, match="--canary: prod keeps no place for one yet: pulumi up -s prod makes it"):
        bring(prod, prod.release(2), share="10%")


@pytest.mark.parametrize(
    ("entry", "wish", "problem"),
    [
        ({"kind": "service"}, {"share": "10%"}, "slipway:entry.kind: found service, allowed: gateway"),
        ({"kind": "service"}, {"shadow": True}, "slipway:entry.kind: found service, allowed: gateway"),
        ({"kind": "gateway", "gateway": {}}, {"share": "5"}, "slipway:entry.gateway.canary: found nothing, allowed:"),
        ({"kind": "gateway", "gateway": {"canary": {}}}, {"share": "60%"}, "--canary: found 60%, allowed: a share"),
        ({"kind": "gateway", "gateway": {"canary": {}}}, {"share": "ten"}, "--canary: found ten, allowed: a share"),
        ({"kind": "gateway", "gateway": {"canary": {}}}, {"share": "5", "at_once": True}, "--at-once: found --canary"),
        (
            {"kind": "gateway", "gateway": {"canary": {"minutes": 90}}},
            {},
            "slipway:entry.gateway.canary.minutes: found 90, allowed: at most 30",
        ),
    ],
)
def test_a_canary_that_cannot_be_is_refused_before_anything_changes(
    prod: World, entry: dict[str, Any], wish: dict[str, Any], problem: str
) -> None:
    deploy(prod.deployer(), prod.release(1))
    content = STACK_FILE | {"config": STACK_FILE["config"] | {"slipway:entry": entry}}
    (prod.root / "Pulumi.prod.yaml").write_text(yaml.safe_dump(content))

    with pytest.raises(UsageError) as caught:
        bring(prod, prod.release(2), **wish)

    assert problem in str(caught.value)
    assert len(prod.ups) == 1


def test_a_service_that_asks_for_no_canary_is_deployed_at_once(prod: World) -> None:
    content = STACK_FILE | {"config": STACK_FILE["config"] | {"slipway:entry": {"kind": "service"}}}
    (prod.root / "Pulumi.prod.yaml").write_text(yaml.safe_dump(content))
    bring(prod, prod.release(1))

    assert prod.outcomes()[-1][2] == "succeeded"


def test_a_canary_in_the_stack_file_is_refused(placed: World) -> None:
    keep(placed, PLACE, **{"slipway:canary": {"share": 10}})
    with pytest.raises(UsageError, match="slipway:canary: found a value, allowed: nothing"):
        bring(placed, placed.release(2))


def test_without_figures_nothing_is_changed(placed: World, figures: Prometheus) -> None:
    figures.refuses = 403
    with pytest.raises(FiguresError, match="the gateway's figures cannot be read"):
        bring(placed, placed.release(2))

    assert placed.ups == []
    assert [one[2] for one in placed.outcomes()] == ["succeeded"]


def test_figures_that_fail_meanwhile_take_the_canary_away(placed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("delivery.release.canary.trial.watch", _unreadable)
    with pytest.raises(RestoredError, match="cannot be read"):
        bring(placed, placed.release(2))

    assert canaries(placed)[-1] is None
    assert placed.outcomes()[-1][2] == "restored"


def _unreadable(*_: object) -> None:
    raise FiguresError("the gateway's figures cannot be read: gone")


def test_a_canary_that_does_not_start_goes_back(placed: World) -> None:
    new = placed.release(2)
    placed.engine.change(fails={f"canary {new.image.digest}": "the Deployment timed out waiting to be Ready"})
    with pytest.raises(RestoredError, match="timed out waiting to be Ready"):
        bring(placed, new)

    assert placed.running == placed.release(1).image.digest
    assert placed.outcomes()[-1][2] == "restored"


def test_a_locked_state_leaves_everything_as_it_is(placed: World) -> None:
    new = placed.release(2)
    placed.engine.change(fails={f"canary {new.image.digest}": "locked"})
    with pytest.raises(FailureError, match="locked"):
        bring(placed, new)

    assert placed.outcomes()[-1][2] == "unchanged"
    assert placed.engine.read().get("canaries", []) == []


def test_a_good_canary_that_fails_once_it_is_live_is_replaced(placed: World) -> None:
    new = placed.release(2)
    placed.faults[new.image.digest] = "wrong"
    with pytest.raises(RestoredError):
        bring(placed, new)

    ended = last(placed).ended
    assert ended is not None
    assert (ended.outcome, [one.verdict for one in ended.watches]) == ("restored", ["good"])
    assert placed.running == placed.release(1).image.digest


def test_a_canary_that_another_command_took_away_is_left_alone(placed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def interfere(*given: Any) -> Any:
        found = watch(*given)
        rollback(placed.deployer())
        return found

    monkeypatch.setattr("delivery.release.canary.trial.watch", interfere)
    with pytest.raises(OvertakenError, match="another command changed the canary meanwhile: found none"):
        bring(placed, placed.release(2))

    assert [one[2] for one in placed.outcomes()] == ["succeeded", "overtaken", "succeeded"]
    assert placed.running == placed.release(1).image.digest


def test_a_canary_that_another_command_replaced_is_left_alone_however_bad_its_figures(
    placed: World, figures: Prometheus, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures.traffic[CANARY] = Traffic(rate=400, failing=400)

    def interfere(*given: Any) -> Any:
        outputs = placed.engine.read()["outputs"]
        outputs["prod"]["canary"]["release"] = placed.release(3).configuration()
        placed.engine.change(outputs=outputs)
        return watch(*given)

    monkeypatch.setattr("delivery.release.canary.trial.watch", interfere)
    with pytest.raises(OvertakenError, match="another command changed the canary meanwhile: found sha256"):
        bring(placed, placed.release(2))

    assert placed.deployer().known()["canary"]["release"]["digest"] == placed.release(3).image.digest


def left_behind(placed: World) -> None:
    """A canary whose command was killed: no end is written, and it keeps its share."""
    deployer, new = placed.deployer(), placed.release(2)
    plan = choose_plan(deployer.engine, deployer.known(), new.image.digest, Wish())
    assert plan is not None
    engine = deployer.engine.beside(plan.phases[0].configuration(new.configuration()))
    engine.up(deployer.known()["release"], "canary", lambda _: None)
    assert "canary" in deployer.known()


def test_a_rollback_takes_a_canary_away_that_was_left_and_goes_no_further(placed: World) -> None:
    bring(placed, placed.release(2), at_once=True)
    deployer = placed.deployer()
    engine = deployer.engine.beside({"release": placed.release(3).configuration(), "share": 10, "shadow": False})
    engine.up(deployer.known()["release"], "canary", lambda _: None)

    rollback(placed.deployer())

    assert "canary" not in placed.deployer().known()
    assert placed.running == placed.release(2).image.digest
    rollback(placed.deployer())
    assert placed.running == placed.release(1).image.digest


def test_the_next_deployment_replaces_a_canary_that_was_left(placed: World) -> None:
    left_behind(placed)
    bring(placed, placed.release(3))

    assert "canary" not in placed.deployer().known()
    assert placed.running == placed.release(3).image.digest


def approve(folder: Path, placed: World, release: Release, **wish: Any) -> None:
    """Keep the approval that `release preview` would give now."""
    deployer, new = placed.deployer(), release.configuration()
    outputs = deployer.known()
    plan = choose_plan(deployer.engine, outputs, release.image.digest, Wish(**wish))
    phases = {
        str(one): judge(preview_phase(deployer.engine, one, outputs, new)) for one in (plan.phases if plan else ())
    }
    write(judge(deployer.engine.preview(new)), folder, release, placed.running, phases)


def test_an_approval_is_for_the_whole_way(placed: World, tmp_path: Path) -> None:
    new = placed.release(2)
    placed.engine.change(steps=[SETTINGS], canarySteps=[SETTINGS])
    approve(tmp_path, placed, new)
    bring(placed, new, approved=tmp_path)

    assert placed.running == new.image.digest
    bring(placed, new, approved=tmp_path)  # a stage may be run again


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"at_once": True}, "approved was canary 10%, not all at once"),
        ({"share": "20%"}, "approved was canary 10%, not canary 20%"),
        ({"shadow": True}, "approved was canary 10%, not shadow 10% and then canary 10%"),
    ],
)
def test_another_way_than_the_approved_one_is_refused(
    placed: World, tmp_path: Path, wish: dict[str, Any], reason: str
) -> None:
    new = placed.release(2)
    approve(tmp_path, placed, new)
    with pytest.raises(GateError, match=reason) as caught:
        bring(placed, new, approved=tmp_path, **wish)

    assert caught.value.code == 12
    assert placed.ups == []


def test_a_phase_that_changes_more_than_was_approved_is_refused(placed: World, tmp_path: Path) -> None:
    new = placed.release(2)
    approve(tmp_path, placed, new)
    placed.engine.change(canarySteps=[SETTINGS])
    with pytest.raises(GateError, match="update, approved was no change"):
        bring(placed, new, approved=tmp_path)

    assert placed.ups == []


def test_what_runs_without_a_proof_has_no_canary(placed: World) -> None:
    outputs = placed.engine.read()["outputs"]
    outputs["prod"]["release"] = placed.release(3).configuration()
    placed.engine.change(outputs=outputs)
    with pytest.raises(ConflictError, match="no deployment has proved what runs"):
        bring(placed, placed.release(4))
