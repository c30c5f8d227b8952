"""The lane never piles up, and outlives its scorers."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest

from app.scoring.lane import Lane, Plan
from app.scoring.limits import Limits
from app.scoring.problem import Problem
from app.scoring.scorers import LaneError, Scorer
from tests.support.pictures import plain
from tests.support.waiting import PATIENCE

JOB = {"kind": "classify", "top": 1}


def _plan(model: Path, **changes: object) -> Plan:
    values: dict[str, object] = {"model_dir": model, "limits": Limits(), "scorers": 1, "queue_limit": 8}
    return Plan(**(values | {"queue_timeout": 20.0, "job_timeout": 20.0} | changes))  # type: ignore[arg-type]  # by name


@pytest.fixture
def lane(colour_model: Path) -> Iterator[Lane]:
    made = Lane(_plan(colour_model))
    made.start()
    yield made
    made.stop()


def _pid(lane: Lane) -> int:
    [scorer] = lane._scorers
    return scorer.pid


def _label(lane: Lane, colour: str) -> str:
    reply, _ = lane.run(JOB, plain(colour))
    label: str = reply.head["classes"][0]["label"]
    return label


def test_jobs_are_answered_with_what_their_stages_took(lane: Lane) -> None:
    reply, waited = lane.run(JOB, plain("red"))

    assert reply.head["classes"][0]["label"] == "red"
    assert reply.head["image"] == {"format": "PNG", "width": 64, "height": 48}
    assert 0 <= waited < PATIENCE
    assert all(seconds > 0 for seconds in reply.head["stages"].values())


def test_many_at_once_are_each_answered_with_their_own(lane: Lane) -> None:
    colours = ["red", "green", "blue", "white", "black"]

    asked = [gevent.spawn(_label, lane, colour) for colour in colours]
    gevent.joinall(asked)

    assert [greenlet.get() for greenlet in asked] == colours
    assert lane.in_hand == 0


def test_bodies_of_megabytes_pass(lane: Lane) -> None:
    with pytest.raises(Problem) as refused:
        lane.run(JOB, os.urandom(9_000_000))

    assert refused.value.status == 415


def test_beyond_the_queue_it_refuses_at_once_and_says_when_to_return(colour_model: Path) -> None:
    lane = Lane(_plan(colour_model, queue_limit=1))
    lane.start()
    os.kill(_pid(lane), signal.SIGSTOP)
    asked = [gevent.spawn(_label, lane, "red") for _ in range(2)]
    gevent.sleep(0.05)

    with pytest.raises(Problem, match="1 requests are waiting, the most allowed") as refused:
        lane.run(JOB, plain("red"))

    assert (refused.value.status, refused.value.retry_after) == (503, 1)
    os.kill(_pid(lane), signal.SIGCONT)
    assert [greenlet.get() for greenlet in asked] == ["red", "red"]
    lane.stop()


def test_a_job_that_waited_too_long_is_not_done_for_nobody(colour_model: Path) -> None:
    lane = Lane(_plan(colour_model, queue_timeout=0.1))
    lane.start()
    os.kill(_pid(lane), signal.SIGSTOP)
    first = gevent.spawn(_label, lane, "red")
    second = gevent.spawn(_label, lane, "red")
    gevent.sleep(0.6)
    os.kill(_pid(lane), signal.SIGCONT)

    assert first.get() == "red"
    with pytest.raises(Problem, match=r"no scorer came free within 0\.1 s"):
        second.get()
    lane.stop()


def test_a_scorer_that_dies_is_replaced_and_its_jobs_are_done_by_the_next(lane: Lane) -> None:
    before = _pid(lane)
    os.kill(before, signal.SIGSTOP)
    asked = [gevent.spawn(_label, lane, colour) for colour in ("red", "green", "blue")]
    gevent.sleep(0.05)
    os.kill(before, signal.SIGKILL)

    assert [greenlet.get() for greenlet in asked] == ["red", "green", "blue"]
    assert lane.lost == 1
    assert _pid(lane) != before


def test_a_job_that_costs_two_scorers_is_not_tried_on_a_third(lane: Lane) -> None:
    os.kill(_pid(lane), signal.SIGSTOP)
    deadly = gevent.spawn(_label, lane, "red")
    gevent.sleep(0.05)
    forked, lane._forked = lane._forked, lambda: _stopped(forked())  # type: ignore[method-assign]  # the next one
    os.kill(_pid(lane), signal.SIGKILL)
    while lane.lost < 1 or not lane._scorers:
        gevent.sleep(0.01)
    lane._forked = forked  # type: ignore[method-assign]  # and the one after it
    gevent.sleep(0.05)
    os.kill(_pid(lane), signal.SIGKILL)

    with pytest.raises(Problem, match="was lost; it has been replaced") as lost:
        deadly.get()

    assert (lost.value.status, lost.value.retry_after, lane.lost) == (503, 1, 2)
    assert _label(lane, "green") == "green"


def _stopped(scorer: Scorer) -> Scorer:
    os.kill(scorer.pid, signal.SIGSTOP)
    return scorer


def test_without_its_template_the_lane_works_on_and_makes_a_new_one_when_it_must(lane: Lane) -> None:
    assert lane._template is not None
    os.kill(lane._template._process.pid, signal.SIGKILL)
    assert _label(lane, "red") == "red"
    os.kill(_pid(lane), signal.SIGKILL)

    assert _label(lane, "green") == "green"
    assert _label(lane, "blue") == "blue"


def test_a_scorer_that_dies_idle_costs_nobody_anything(lane: Lane) -> None:
    os.kill(_pid(lane), signal.SIGKILL)

    assert _label(lane, "red") == "red"
    assert lane.lost == 1


def test_a_job_too_large_to_wait_at_a_scorer_waits_in_the_queue(lane: Lane) -> None:
    os.kill(_pid(lane), signal.SIGSTOP)
    first = gevent.spawn(_label, lane, "red")
    large = gevent.spawn(lane.run, JOB, os.urandom(3_000_000))
    last = gevent.spawn(_label, lane, "blue")
    gevent.sleep(0.1)

    [scorer] = lane._scorers
    assert (len(scorer.jobs), len(lane._queue)) == (1, 2)
    os.kill(_pid(lane), signal.SIGCONT)
    assert (first.get(), last.get()) == ("red", "blue")
    with pytest.raises(Problem, match="not a picture"):
        large.get()


def test_a_scorer_that_never_ends_a_job_is_killed_and_replaced(colour_model: Path) -> None:
    lane = Lane(_plan(colour_model, job_timeout=0.5))
    lane.start()
    os.kill(_pid(lane), signal.SIGSTOP)

    with pytest.raises(Problem, match="was lost"):
        lane.run(JOB, plain("red"))

    lane._plan = _plan(colour_model)
    assert _label(lane, "blue") == "blue"
    lane.stop()


def test_a_model_that_cannot_be_loaded_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(LaneError, match=r"manifest\.json: cannot be read"):
        Lane(_plan(tmp_path)).start()


def test_scorers_end_with_the_lane(colour_model: Path) -> None:
    lane = Lane(_plan(colour_model, scorers=2))
    lane.start()
    assert lane._template is not None
    pids = [lane._template._process.pid, *(scorer.pid for scorer in lane._scorers)]

    lane.stop()

    assert not lane.alive
    assert len(pids) == 3
    with gevent.Timeout(PATIENCE):
        while any(Path(f"/proc/{pid}").exists() for pid in pids):
            gevent.sleep(0.01)
