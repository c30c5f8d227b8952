"""`POST /v1/classify`: the picture itself in, its classes out."""

import json
from typing import Any

import pytest

from tests.support.pictures import plain
from tests.support.service import Reply, Service


def _classify(service: Service, body: bytes, query: str = "", **headers: str) -> Reply:
    return service.ask("POST", f"/v1/classify{query}", body, headers)


def _answer(reply: Reply) -> dict[str, Any]:
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    found: dict[str, Any] = json.loads(reply.body)
    return found


def test_the_answer_tells_classes_picture_times_and_who_answered(service: Service) -> None:
    reply = _classify(service, plain("green"))

    answer = _answer(reply)
    assert answer["classes"][0]["label"] == "green"
    assert answer["classes"][0]["index"] == 1
    assert sum(entry["probability"] for entry in answer["classes"]) == pytest.approx(1, abs=1e-4)
    assert answer["image"] == {"format": "PNG", "width": 64, "height": 48}
    assert set(answer["timings_ms"]) == {"queue", "decode", "inference", "total"}
    assert answer["code"] == {"commit": "c0ffee", "build": "77"}
    assert answer["model"]["version"] == "1"
    assert answer["request_id"] == reply.headers["X-Request-Id"]


@pytest.mark.parametrize("kind", ["", "image/jpeg", "text/plain", "application/json"])
def test_the_bytes_decide_whatever_the_content_type_says(service: Service, kind: str) -> None:
    assert _answer(_classify(service, plain("red"), **{"Content-Type": kind}))["image"]["format"] == "PNG"


def test_a_form_carries_the_picture_in_its_field(service: Service) -> None:
    reply = _classify(service, _form("image", plain("blue")), **{"Content-Type": "multipart/form-data; boundary=b"})

    assert _answer(reply)["classes"][0]["label"] == "blue"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "form"),
        (b"--other\r\n\r\n", "form"),
        (b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\nx\r\n--b--\r\n', "'photo'"),
        (b"--b\r\n" * 50, "form"),
    ],
)
def test_a_form_without_the_picture_is_told_what_it_had(service: Service, body: bytes, says: str) -> None:
    reply = _classify(service, body, **{"Content-Type": "multipart/form-data; boundary=b"})

    assert reply.status == 400
    assert says in json.loads(reply.body)["detail"]


def _form(field: str, data: bytes) -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="x.png"\r\n\r\n'
    return head.encode() + data + b"\r\n--b--\r\n"


@pytest.mark.parametrize(("query", "count"), [("", 5), ("?top=1", 1), ("?top=5", 5)])
def test_the_caller_says_how_many_classes(service: Service, query: str, count: int) -> None:
    assert len(_answer(_classify(service, plain("red"), query))["classes"]) == count


@pytest.mark.parametrize("top", ["0", "6", "-1", "1.5", "x", "", "99999999999999999999"])
def test_a_senseless_number_of_classes_is_refused(service: Service, top: str) -> None:
    reply = _classify(service, plain("red"), f"?top={top}")

    assert reply.status == 400
    assert "top must be a whole number from 1 to 5" in json.loads(reply.body)["detail"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 400),
        (b"no picture at all", {}, 415),
        (plain("red")[:60], {}, 422),
        (plain("red", (4, 4)), {}, 422),
        (plain("red"), {"Content-Encoding": "gzip"}, 415),
        (b"x" * (10 * 1024 * 1024 + 1), {}, 413),
    ],
)
def test_what_cannot_be_classified_gets_its_status_as_a_problem(
    service: Service, body: bytes, headers: dict[str, str], status: int
) -> None:
    reply = _classify(service, body, **headers)

    assert (reply.status, reply.headers["Content-Type"]) == (status, "application/problem+json")


def test_a_request_id_and_no_more_is_taken_from_the_caller(service: Service) -> None:
    assert _classify(service, plain("red"), **{"X-Request-Id": "abc-123"}).headers["X-Request-Id"] == "abc-123"
    assert _classify(service, plain("red"), **{"X-Request-Id": "a b<>"}).headers["X-Request-Id"] != "a b<>"
