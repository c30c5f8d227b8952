"""The worker pool never piles up, and outlives its workers."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from app.scoring import pool as pools
from app.scoring.pool import WorkerPool
from app.scoring.problem import Problem
from app.scoring.settings import Settings
from app.scoring.worker_process import WorkerError, WorkerProcess
from tests.support import processes
from tests.support.pictures import plain
from tests.support.waiting import PATIENCE

JOB = {"kind": "classify", "top": 1, "boundary": None}


def _settings(model: Path, **changes: Any) -> Settings:
    values: dict[str, Any] = {"model_dir": model, "workers": 1, "queue_limit": 8, "queue_timeout_seconds": 20}
    return Settings(**(values | changes))


@pytest.fixture
def losses() -> list[None]:
    """One entry for each worker that was lost."""
    return []


@pytest.fixture
def pool(colour_model: Path, losses: list[None]) -> Iterator[WorkerPool]:
    made = WorkerPool(_settings(colour_model))
    made.on_loss = lambda: losses.append(None)
    made.start()
    yield made
    made.stop()


def _pid(pool: WorkerPool) -> int:
    [worker] = pool._workers
    return worker.pid


def _label(pool: WorkerPool, colour: str) -> str:
    reply, _ = pool.run(JOB, plain(colour))
    label: str = reply.head["result"]["classes"][0]["label"]
    return label


def test_jobs_are_answered_with_what_their_stages_took(pool: WorkerPool) -> None:
    reply, waited = pool.run(JOB, plain("red"))

    assert reply.head["result"]["classes"][0]["label"] == "red"
    assert reply.head["result"]["image"] == {"format": "PNG", "width": 64, "height": 48}
    assert 0 <= waited < PATIENCE
    assert all(seconds > 0 for seconds in reply.head["stages"].values())


def test_many_at_once_are_each_answered_with_their_own(pool: WorkerPool) -> None:
    colours = ["red", "green", "blue", "white", "black"]

    asked = [gevent.spawn(_label, pool, colour) for colour in colours]
    gevent.joinall(asked)

    assert [greenlet.get() for greenlet in asked] == colours
    assert pool.in_hand == 0


def test_bodies_of_megabytes_pass(pool: WorkerPool) -> None:
    reply, _ = pool.run(JOB, os.urandom(9_000_000))

    assert reply.head["problem"][0] == 415


def test_beyond_the_queue_it_refuses_at_once_and_says_when_to_return(colour_model: Path) -> None:
    pool = WorkerPool(_settings(colour_model, queue_limit=1))
    pool.start()
    os.kill(_pid(pool), signal.SIGSTOP)
    asked = [gevent.spawn(_label, pool, "red") for _ in range(2)]
    gevent.sleep(0.05)

    with pytest.raises(Problem, match="1 requests are waiting, the most allowed") as refused:
        pool.run(JOB, plain("red"))

    assert (refused.value.status, refused.value.retry_after) == (503, 1)
    os.kill(_pid(pool), signal.SIGCONT)
    assert [greenlet.get() for greenlet in asked] == ["red", "red"]
    pool.stop()


def test_a_job_that_waited_too_long_is_refused(colour_model: Path) -> None:
    pool = WorkerPool(_settings(colour_model, queue_timeout_seconds=0.1))
    pool.start()
    os.kill(_pid(pool), signal.SIGSTOP)
    first = gevent.spawn(_label, pool, "red")
    second = gevent.spawn(_label, pool, "red")
    gevent.sleep(0.6)
    os.kill(_pid(pool), signal.SIGCONT)

    assert first.get() == "red"
    with pytest.raises(Problem, match=r"no worker came free within 0\.1 s"):
        second.get()
    pool.stop()


def test_a_worker_killed_from_outside_is_replaced_and_its_jobs_are_done_by_the_next(
    pool: WorkerPool, losses: list[None]
) -> None:
    before = _pid(pool)
    os.kill(before, signal.SIGSTOP)
    asked = [gevent.spawn(_label, pool, colour) for colour in ("red", "green", "blue")]
    gevent.sleep(0.05)
    os.kill(before, signal.SIGKILL)

    assert [greenlet.get() for greenlet in asked] == ["red", "green", "blue"]
    assert len(losses) == 1
    assert _pid(pool) != before


def test_a_job_that_loses_two_workers_is_not_tried_on_a_third(pool: WorkerPool, losses: list[None]) -> None:
    os.kill(_pid(pool), signal.SIGSTOP)
    deadly = gevent.spawn(_label, pool, "red")
    gevent.sleep(0.05)
    forked, pool._fork = pool._fork, lambda: _stopped(forked())  # type: ignore[method-assign]  # the next one
    os.kill(_pid(pool), signal.SIGKILL)
    while len(losses) < 1 or not pool._workers:
        gevent.sleep(0.01)
    pool._fork = forked  # type: ignore[method-assign]  # and the one after it
    gevent.sleep(0.05)
    os.kill(_pid(pool), signal.SIGKILL)

    with pytest.raises(Problem, match="was killed from outside; it has been replaced") as lost:
        deadly.get()

    assert (lost.value.status, lost.value.retry_after, len(losses)) == (503, 1, 2)
    assert _label(pool, "green") == "green"


def _stopped(worker: WorkerProcess) -> WorkerProcess:
    os.kill(worker.pid, signal.SIGSTOP)
    return worker


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGBUS"])
def test_a_job_whose_worker_crashes_is_refused_and_given_to_no_other(
    pool: WorkerPool, losses: list[None], name: str
) -> None:
    worker = _pid(pool)
    os.kill(worker, signal.SIGSTOP)
    deadly, behind = gevent.spawn(_label, pool, "red"), gevent.spawn(_label, pool, "green")
    gevent.sleep(0.05)
    os.kill(worker, signal.Signals[name])
    os.kill(worker, signal.SIGCONT)

    with pytest.raises(Problem, match=f"ended with {name}; it has been replaced") as refused:
        deadly.get()

    assert (refused.value.status, len(losses)) == (503, 1)
    assert behind.get() == "green"


def test_a_job_whose_worker_is_killed_for_memory_is_refused_and_given_to_no_other(
    pool: WorkerPool, losses: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    os.kill(_pid(pool), signal.SIGSTOP)
    deadly = gevent.spawn(_label, pool, "red")
    gevent.sleep(0.05)
    before = pools._count_memory_kills()
    monkeypatch.setattr(pools, "_count_memory_kills", lambda: (before or 0) + 1)
    os.kill(_pid(pool), signal.SIGKILL)

    with pytest.raises(Problem, match="was killed, likely for memory; it has been replaced"):
        deadly.get()

    assert len(losses) == 1
    assert _label(pool, "green") == "green"


def test_without_its_fork_server_the_pool_works_on_and_makes_a_new_one_when_it_must(pool: WorkerPool) -> None:
    assert pool._fork_server is not None
    os.kill(pool._fork_server._process.pid, signal.SIGKILL)
    assert _label(pool, "red") == "red"
    os.kill(_pid(pool), signal.SIGKILL)

    assert _label(pool, "green") == "green"
    assert _label(pool, "blue") == "blue"


def test_a_worker_that_dies_idle_costs_no_request(pool: WorkerPool, losses: list[None]) -> None:
    os.kill(_pid(pool), signal.SIGKILL)

    assert _label(pool, "red") == "red"
    assert len(losses) == 1


def test_jobs_wait_in_the_queue_and_not_at_a_worker(pool: WorkerPool) -> None:
    os.kill(_pid(pool), signal.SIGSTOP)
    first = gevent.spawn(_label, pool, "red")
    large = gevent.spawn(pool.run, JOB, os.urandom(3_000_000))
    last = gevent.spawn(_label, pool, "blue")
    gevent.sleep(0.1)

    assert len(pool._queue) == 2
    os.kill(_pid(pool), signal.SIGCONT)
    assert (first.get(), last.get()) == ("red", "blue")
    reply, _ = large.get()
    assert reply.head["problem"][0] == 415


def test_a_worker_that_never_ends_a_job_is_killed_and_replaced(colour_model: Path) -> None:
    pool = WorkerPool(_settings(colour_model, job_timeout_seconds=0.5))
    pool.start()
    os.kill(_pid(pool), signal.SIGSTOP)

    with pytest.raises(Problem, match=r"was killed, having worked longer than 0\.5 s"):
        pool.run(JOB, plain("red"))

    pool._settings = _settings(colour_model)
    assert _label(pool, "blue") == "blue"
    pool.stop()


def test_a_model_that_cannot_be_loaded_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match=r"manifest\.json: cannot be read"):
        WorkerPool(_settings(tmp_path)).start()


def test_workers_end_with_the_pool(colour_model: Path) -> None:
    pool = WorkerPool(_settings(colour_model, workers=2))
    pool.start()
    assert pool._fork_server is not None
    pids = [pool._fork_server._process.pid, *(worker.pid for worker in pool._workers)]

    pool.stop()

    assert not pool.alive
    assert len(pids) == 3
    with gevent.Timeout(PATIENCE):
        while processes.running(pids):
            gevent.sleep(0.01)
