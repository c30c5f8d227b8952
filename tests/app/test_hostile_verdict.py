"""The judge of hostile requests is itself judged: what it must not let through, and that a seed says everything."""

import json
from typing import Any

import pytest

from tests.support.hostile.attempt import CLOSED, Sent, Target
from tests.support.hostile.exchange import Answer
from tests.support.hostile.kinds import KINDS, plan
from tests.support.hostile.verdict import fault

_SENT = Sent((b"",), label="red")
_TARGET = Target("colours", "1", "pixels", "FP32", (32, 32, 3), "scores", "picture")
_PROBLEM = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "no", "instance": "/"}


def _problem(status: int = 400, kind: str = "application/problem+json", **members: Any) -> Answer:
    body = json.dumps(_PROBLEM | {"status": status} | members).encode()
    return Answer(status, {"content-type": kind}, body)


def _classified(label: str) -> Answer:
    return Answer(200, {}, json.dumps({"classes": [{"label": label}]}).encode())


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (_problem(500), "500, allowed are [200, 400]"),
        (_problem(404), "404, allowed are [200, 400]"),
        (Answer(CLOSED), "closed, allowed are [200, 400]"),
        (Answer(503), "503 without Retry-After"),
        (Answer(400, {"content-type": "text/html"}, b"<html>"), "not JSON"),
        (_problem(kind="application/json"), "not a problem document"),
        (_problem(detail=""), "the problem document says"),
        (_problem(instance=None), "the problem document says"),
        (_problem(detail="Traceback (most recent call last)"), "tells of the inside"),
        (_classified("blue"), "classified as 'blue', it shows 'red'"),
    ],
)
def test_a_wrong_answer_is_a_fault(answer: Answer, says: str) -> None:
    assert says in fault(_SENT, {200, 400}, [answer])


@pytest.mark.parametrize("answer", [_problem(), _classified("red"), Answer(503, {"retry-after": "1"})])
def test_a_right_answer_is_none(answer: Answer) -> None:
    assert fault(_SENT, {200, 400}, [answer]) == ""


def test_a_missing_answer_is_a_fault() -> None:
    assert fault(Sent((b"",), replies=2), {200}, [_classified("red")]) == "1 answers to 2 requests"


def test_the_inference_protocol_has_its_own_error_form() -> None:
    answer = Answer(400, {"content-type": "application/json"}, b'{"error": "no"}')

    assert fault(Sent((b"",), path="/v2/models/colours/infer"), {400}, [answer]) == ""
    assert "not a problem document" in fault(Sent((b"",), path="/score"), {400}, [answer])


def test_a_seed_and_a_number_make_the_same_request_again() -> None:
    first, again, other = (plan(seed, 150) for seed in ("a", "a", "b"))

    assert [one.kind.name for one in first] == [one.kind.name for one in again]
    assert [one.kind.name for one in first] != [one.kind.name for one in other]
    for one, same in zip(first, again, strict=True):
        if not one.kind.heavy:
            assert one.sent(_TARGET) == same.sent(_TARGET)


def test_every_plan_has_every_kind() -> None:
    assert {one.kind.name for one in plan("a", len(KINDS))} == {kind.name for kind in KINDS}
