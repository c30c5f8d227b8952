"""A seeded sample of hostile requests against the service as it is run; `bench/hostile` sends a hundred thousand."""

import json
from typing import Any

import pytest

from tests.support.hostile import siege
from tests.support.hostile.kinds import KINDS, plan
from tests.support.hostile.siege import Result

_COUNT = 1500
_WORKERS = 2
_SETTINGS: dict[str, Any] = {"workers": _WORKERS, "body_timeout_seconds": 5, "keepalive_seconds": 5}
"""Time enough for honest clients on a machine that has other things to do."""
_IDLE_MIB = 150
_PICTURE_MIB = 250
"""The most that a worker takes beyond its idle share: 25 megapixels of 16-bit grey, on their way to 8 bits."""
_BODIES_MIB = 128
"""The budget that bodies and answers share."""
_KEPT_MIB = 24
"""The noise of allocators. Kept connections, greenlets or decoded pictures would come to far more over 750 requests."""


@pytest.fixture(scope="module")
def siege_log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, list[str]]:
    """One siege, and what the service logged during it."""
    folder = tmp_path_factory.mktemp("siege")
    with siege.besieged(folder, **_SETTINGS) as service:
        result = siege.attack(service, plan("sample", _COUNT))
        log = service.log.read_text(encoding="utf-8", errors="replace").splitlines()
    assert service.process.returncode == 0
    return result, log


@pytest.fixture
def result(siege_log: tuple[Result, list[str]]) -> Result:
    return siege_log[0]


def test_every_hostile_request_gets_the_answer_that_the_table_declares(result: Result) -> None:
    assert result.outcome.done == _COUNT
    assert set(result.outcome.statuses) == {kind.name for kind in KINDS}
    assert not result.outcome.failures, "\n".join(map(str, result.outcome.failures[:30]))


def test_a_good_client_is_answered_rightly_all_along(result: Result) -> None:
    assert result.outcome.good_asked > 20
    assert result.outcome.good_failures == []


def test_no_process_is_lost_or_replaced(result: Result) -> None:
    assert len(result.processes_before) >= 2
    assert result.processes_after == result.processes_before


def test_memory_at_rest_is_the_same_after_the_second_half_as_after_the_first(result: Result) -> None:
    assert result.kept < _KEPT_MIB, result.rests


def test_memory_never_exceeds_what_workers_and_bodies_may_hold(result: Result) -> None:
    assert result.peak < _IDLE_MIB + _WORKERS * _PICTURE_MIB + _BODIES_MIB


def test_the_log_has_no_surprise_and_no_payload(siege_log: tuple[Result, list[str]]) -> None:
    lines = [json.loads(line) for line in siege_log[1]]

    assert [line for line in lines if line["level"] in ("error", "critical")] == []
    assert max((len(line) for line in siege_log[1]), default=0) < 8000
