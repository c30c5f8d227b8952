"""The judge of attacks is itself judged: what it must not let through."""

from collections import Counter
from typing import Any

import pytest

from tests.support.hostile.attacks.catalogue import BY_NAME
from tests.support.hostile.attacks.dialogue import Heard
from tests.support.hostile.attacks.judgement import BENCH, TESTS, delay, harm
from tests.support.hostile.attacks.rules import Rule
from tests.support.hostile.attacks.trial import Trial
from tests.support.hostile.attacks.witness import Series, Sight

_REFUSED = Rule("a rule", b"", frozenset({400}), stays=False)
_HEAD = b"HTTP/1.1 400 Bad Request\r\nX-Request-Id: 1\r\n\r\n"


def _trial(good: float = 0.01, probe: float = 0.001, grown: float = 1.0, **members: Any) -> Trial:
    quiet, under = (_sight(0.01, 0.001, 100.0), _sight(good, probe, 100.0 + grown))
    return Trial(BY_NAME["fast-client"], quiet, under, Counter(), **members)


def _sight(good: float, probe: float, memory: float) -> Sight:
    return Sight(Series([good] * 40), Series([probe] * 40), [memory])


def test_an_attack_without_effect_is_no_fault() -> None:
    trial = _trial()

    assert harm(trial) == []
    assert delay(trial, BENCH) == delay(trial, TESTS) == []


@pytest.mark.parametrize(
    ("trial", "found"),
    [
        (_trial(lost=1.0), "1 workers lost"),
        (_trial(lost=float("nan")), "nan workers lost"),
        (_trial(replaced=2), "2 processes replaced"),
        (_trial(grown=500), "memory grew by 500 MiB, allowed are 128"),
        (_trial(faults=["after the attack: /metrics: 500"]), "after the attack: /metrics: 500"),
    ],
)
def test_harm_is_found(trial: Trial, found: str) -> None:
    assert harm(trial) == [found]


def test_a_wrong_and_a_refused_answer_to_an_honest_client_are_harm() -> None:
    trial = _trial()
    trial.under.good.faults.append("500: b''")
    trial.under.good.refused = 3
    trial.under.probes.faults.append("ConnectionResetError: gone")

    assert harm(trial) == [
        "a good client, 500: b''",
        "a probe, ConnectionResetError: gone",
        "a good client was refused (503) 3 times",
    ]


@pytest.mark.parametrize("trial", [_trial(good=20.0), _trial(probe=3.0)], ids=["a good client", "a probe"])
def test_a_stall_is_found_by_bench_and_tests(trial: Trial) -> None:
    assert delay(trial, BENCH)
    assert delay(trial, TESTS)


def test_one_request_that_waited_long_counts_as_all_that_were_due_meanwhile() -> None:
    series = Series()
    for _ in range(20):
        series.add(0.002)

    series.add(4.0)

    assert series.p95 > 3
    assert series.median > 1


@pytest.mark.parametrize(
    ("heard", "found"),
    [
        (Heard(_HEAD, b""), ""),
        (Heard(b"", b""), "closed without an answer"),
        (Heard(_HEAD.replace(b"400", b"200"), b""), "200, allowed are [400]"),
        (Heard(_HEAD.replace(b"/1.1", b"/1.2"), b""), "the answer is of b'HTTP/1.2'"),
        (Heard(_HEAD, b"HTTP/1.1 200 OK"), "the connection stays open"),
        (Heard(_HEAD + b'{"type":"about:blank","request_id":"2"}', b""), "X-Request-Id is '1'"),
    ],
)
def test_a_broken_rule_is_found(heard: Heard, found: str) -> None:
    fault = _REFUSED.fault(heard)

    assert found in fault
    assert bool(found) == bool(fault)
