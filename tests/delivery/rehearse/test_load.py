"""The load: every request counts, and what failed is told."""

import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from delivery.examples.folder import parse
from delivery.failure import FailureError
from delivery.rehearse.load import Figures, Load, LostError
from delivery.service.remote import Remote
from tests.delivery.examples.colours import EXAMPLES

from .test_front import answering


def test_figures_are_counts_and_times_of_every_request() -> None:
    rows = [(float(number), "ok") for number in range(1, 101)]
    assert Figures.of(rows, 5) == Figures(5, 100, Counter(), 51.0, 100.0, 100.0)
    assert str(Figures.of(rows, 5)) == (
        "100 requests in 5 s, none failed; half within 51 ms, 99 of 100 within 100, the slowest 100"
    )


def test_one_request_that_failed_is_a_failure_with_its_words() -> None:
    figures = Figures.of([(1.0, "ok"), (2.0, "503"), (3.0, "ConnectionResetError: gone")], 1)
    with pytest.raises(LostError, match="2 of 3 requests failed under load: 1 times 503; 1 times ConnectionReset"):
        figures.check()


def test_a_load_that_asked_nothing_proves_nothing() -> None:
    with pytest.raises(FailureError, match="made no request"):
        Figures.of([], 1)


def test_it_asks_steadily_and_counts_the_answers(tmp_path: Path) -> None:
    with answering("it") as port, Load(Remote("127.0.0.1", port), tmp_path, EXAMPLES, per_second=100) as load:
        pass
    assert load.figures is not None
    assert load.figures.failures == {}
    assert 100 < load.figures.count <= load.figures.seconds * 100 + 8
    load.figures.check()


def test_an_answer_of_another_status_than_the_examples_has_failed(tmp_path: Path) -> None:
    wrong = parse({"greeting.yaml": b"request: {path: /a, text: x}\nexpect: {status: 404}"}, "examples")
    with answering("it") as port, Load(Remote("127.0.0.1", port), tmp_path, wrong, per_second=50) as load:
        pass
    assert load.figures is not None
    assert set(load.figures.failures) == {"POST /a: answered 200, expected 404"}


def test_what_nobody_answers_has_failed(tmp_path: Path) -> None:
    with Load(Remote("127.0.0.1", 9), tmp_path, EXAMPLES) as load:
        pass
    assert load.figures is not None
    assert load.figures.failures.total() == load.figures.count
    assert set(load.figures.failures) == {"ConnectionRefusedError: [Errno 111] Connection refused"}


def test_a_client_that_dies_fails_the_load(tmp_path: Path) -> None:
    fails = pytest.raises(FailureError, match="client ended by itself, with exit code -9")
    with answering("it") as port, fails, Load(Remote("127.0.0.1", port), tmp_path, EXAMPLES) as load:
        os.kill(load._process.pid, signal.SIGKILL)


def test_a_load_that_is_broken_off_leaves_no_client(tmp_path: Path) -> None:
    load = Load(Remote("127.0.0.1", 9), tmp_path, EXAMPLES)
    with pytest.raises(KeyboardInterrupt), load:
        raise KeyboardInterrupt
    assert load._process.poll() is not None
    assert load.figures is None
