"""Examples as they are sent, and what is said of the answers."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from delivery.examples.call import make_call
from delivery.examples.check import check_all, prove
from delivery.examples.example import Request
from delivery.examples.folder import Examples, parse
from delivery.service.running import ServiceError
from tests.delivery.service.told import Reply, Told

Start = Callable[[Reply], Told]
FILES = {"red.png": b"\x89PNG"}


def request(**fields: Any) -> Request:
    return Request.model_validate({"path": "/infer", **fields})


def examples(**expected: dict[str, Any]) -> Examples:
    files = {
        f"{name}.yaml": json.dumps({"request": {"path": f"/{name}"}, "expect": expect}).encode()
        for name, expect in expected.items()
    }
    return parse(files, "examples")


@pytest.mark.parametrize(
    ("fields", "method", "kind", "body"),
    [
        ({}, "GET", None, None),
        ({"file": "red.png"}, "POST", "image/png", b"\x89PNG"),
        ({"text": "hé"}, "POST", "text/plain; charset=utf-8", "hé".encode()),
        ({"json": None}, "POST", "application/json", b"null"),
        ({"json": {"data": [{"$base64": "red.png"}]}}, "POST", "application/json", b'{"data": ["iVBORw=="]}'),
        ({"json": {"input": {"$json": [{"$base64": "red.png"}]}}}, "POST", "application/json",
         b'{"input": "[\\"iVBORw==\\"]"}'),
        ({"file": "red.png", "method": "PUT", "headers": {"content-type": "image/x"}}, "PUT", None, b"\x89PNG"),
    ],
)  # fmt: skip
def test_a_body_is_text_json_or_a_file(fields: dict[str, Any], method: str, kind: str | None, body: bytes) -> None:
    call = make_call(request(**fields), FILES)
    assert (call.method, call.headers.get("Content-Type"), call.body) == (method, kind, body)


def test_the_query_is_encoded() -> None:
    assert make_call(request(query={"top": 1, "q": "a&b"}), {}).target == "/infer?top=1&q=a%26b"


def test_what_is_sent_is_what_the_service_gets(told: Start) -> None:
    received: list[tuple[str, bytes]] = []

    def reply(path: str, body: bytes) -> tuple[int, bytes]:
        received.append((path, body))
        return 200, b"{}"

    text = b"request: {path: /v1/classify, query: {top: 1}, file: red.png}\nexpect: {}"
    prove(told(reply), parse({"red.yaml": text, **FILES}, "examples"))
    assert received == [("/v1/classify?top=1", b"\x89PNG")]


def test_right_answers_pass_and_show_what_was_seen(told: Start) -> None:
    service = told(lambda _path, _body: (200, b'{"label": "red", "probability": 0.934}'))
    [outcome] = prove(service, examples(red={"json": {"label": "red", "probability": {"$at_least": 0.9}}}))
    assert str(outcome).startswith("red          red 0.93 ")


def test_each_wrong_example_has_a_sentence_of_its_own(told: Start) -> None:
    def reply(path: str, _body: bytes) -> tuple[int, bytes]:
        return (503, b"busy") if path == "/busy" else (200, b'{"label": "green"}')

    asked = examples(busy={}, red={"json": {"label": "red"}}, word={"text": "Healthy"}, right={"text": "green"})
    with pytest.raises(ServiceError) as refused:
        prove(told(reply), asked)
    assert str(refused.value).splitlines() == [
        "3 of 4 examples are answered wrongly:",
        "busy: GET /busy: answered 503, expected 200: busy",
        "red: GET /red: label: found 'green', expected 'red'",
        'word: GET /word: the answer lacks the text \'Healthy\': {"label": "green"}',
    ]


def test_an_answer_without_json_is_wrong_where_json_is_expected(told: Start) -> None:
    with pytest.raises(ServiceError, match=r"1 of 1 examples are answered wrongly: a: GET /a: the answer is not JSON"):
        prove(told(lambda _path, _body: (200, b"<html>")), examples(a={"json": {}}))


def test_an_error_that_is_expected_is_right(told: Start) -> None:
    prove(told(lambda _path, _body: (415, b'{"detail": "no"}')), examples(a={"status": 415, "json": {"detail": "no"}}))


def test_a_latency_is_judged_by_nine_of_ten_calls_where_times_count(told: Start) -> None:
    calls = 0

    def reply(_path: str, _body: bytes) -> tuple[int, bytes]:
        nonlocal calls
        calls += 1
        time.sleep(0.05)
        return 200, b"{}"

    slow = examples(a={"latency": {"p90_ms": 20, "calls": 5}})
    with pytest.raises(ServiceError, match=r"a: GET /a: nine of ten of 5 calls within \d+ ms, allowed are 20 ms"):
        prove(told(reply), slow)
    assert calls == 6
    assert [one.faults for one in check_all(told(reply), slow, timed=False)] == [()]
    prove(told(reply), examples(a={"latency": {"p90_ms": 60_000, "calls": 5}}))
