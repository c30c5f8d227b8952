"""Several real processes at once: nothing is lost, nothing is half there."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from delivery.model.publishing import publish
from delivery.model.repository import Repository

from .candidates import NAME, candidate, facts
from .race import COUNTER, Place, count_up, model_bytes, publish_many, roll_back_once, watch_live

_RACERS = 4


@pytest.fixture(scope="module")
def racers() -> Iterator[ProcessPoolExecutor]:
    """Fresh processes: forked ones would share a runtime of obstore that has no threads left."""
    with ProcessPoolExecutor(_RACERS + 1, multiprocessing.get_context("spawn")) as pool:
        yield pool


def test_racing_publishers_get_a_version_each_and_readers_only_see_whole_ones(
    url: str, repository: Repository, racers: ProcessPoolExecutor, tmp_path: Path
) -> None:
    each = 10 if url.startswith("file:") else 4
    stop = tmp_path / "stop"
    watcher = racers.submit(watch_live, Place.of(url), stop)
    publishers = [racers.submit(publish_many, Place.of(url), tmp_path, racer, each) for racer in range(_RACERS)]
    try:
        versions = [version for publisher in publishers for version in publisher.result(120)]
    finally:
        stop.touch()

    assert watcher.result(60) > 0
    assert sorted(map(int, versions)) == list(range(1, _RACERS * each + 1)) == repository.numbers(NAME)
    manifests = [repository.manifest(NAME, version) for version in versions]
    for manifest in manifests:
        assert facts(model_bytes(repository, manifest.version)).sha256 == manifest.sha256
    assert len({manifest.sha256 for manifest in manifests}) == len(versions)


def test_after_a_race_the_newest_is_live_and_the_way_back_has_no_gap(
    url: str, repository: Repository, racers: ProcessPoolExecutor, tmp_path: Path
) -> None:
    publishers = [racers.submit(publish_many, Place.of(url), tmp_path, racer, 3) for racer in range(_RACERS)]
    for publisher in publishers:
        publisher.result(120)

    pointer = repository.pointer(NAME)
    lives = [pointer.live, *pointer.previous]
    assert int(pointer.live.version) == _RACERS * 3
    assert [life.replaced for life in lives] == [*(life.version for life in lives[1:]), None]
    assert sorted((int(life.version) for life in lives), reverse=True) == [int(life.version) for life in lives]


def test_of_racing_rollbacks_from_one_version_each_that_succeeds_goes_back_exactly_one(
    url: str, repository: Repository, racers: ProcessPoolExecutor, tmp_path: Path
) -> None:
    for number in range(10):
        publish(repository, candidate(tmp_path / "candidate", bytes([number])))

    succeeded = sum(done.result(60) for done in [racers.submit(roll_back_once, Place.of(url)) for _ in range(_RACERS)])

    assert succeeded >= 1
    assert repository.pointer(NAME).live.version == str(10 - succeeded)


def test_no_compare_and_swap_is_lost(
    url: str, repository: Repository, racers: ProcessPoolExecutor, tmp_path: Path
) -> None:
    times = 50 if url.startswith("file:") else 10
    assert repository.store.create(COUNTER, b"0")

    counters = [racers.submit(count_up, Place.of(url), tmp_path, racer, _RACERS, times) for racer in range(_RACERS)]
    attempts = sum(counter.result(120) for counter in counters)

    final = repository.store.read(COUNTER, limit=100)
    assert final is not None
    assert int(final.data) == _RACERS * times
    assert attempts > _RACERS * times, "no two processes ever met: this test showed nothing"
