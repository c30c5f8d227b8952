"""The original sample's contract, kept exactly, with its errors mended."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import onnxruntime
import pytest

from tests.support.pictures import plain
from tests.support.service import Reply, Service

Score = Callable[..., Reply]
JSON = {"Content-Type": "application/json"}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _ask(service: Service, items: object, **headers: str) -> Reply:
    body = json.dumps({"input": items if isinstance(items, str) else json.dumps(items)})
    return service.ask("POST", "/score", body.encode(), JSON | headers)


def _problem(reply: Reply) -> dict[str, Any]:
    assert reply.headers["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(reply.body)
    assert set(found) == {"type", "title", "status", "detail", "instance", "request_id"}
    assert (found["status"], found["instance"]) == (reply.status, "/score")
    return found


def test_the_root_says_healthy_where_no_page_is_asked_for(service: Service) -> None:
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        reply = service.ask("GET", "/", headers=headers)
        assert (reply.status, reply.body) == (200, b"Healthy")
        assert reply.headers["Content-Type"].startswith("text/html")


def test_the_version_is_the_runtimes(service: Service) -> None:
    reply = service.ask("GET", "/version")

    assert (reply.status, reply.body.decode()) == (200, onnxruntime.__version__)
    assert reply.headers["Content-Type"].startswith("text/html")


def test_the_version_is_a_whole_document_where_json_is_asked_for(service: Service) -> None:
    found = json.loads(service.ask("GET", "/version", headers={"Accept": "application/json"}).body)

    assert found["code"] == {"commit": "c0ffee", "build": "77"}
    assert found["model"]["name"] == "colours"
    assert (found["model"]["classes"], found["model"]["multi_label"]) == (5, False)
    assert re.fullmatch(r"[0-9a-f]{64}", found["model"]["sha256"])
    assert found["limits"]["formats"] == ["JPEG", "PNG", "WEBP", "GIF"]
    assert found["runtime"]["onnxruntime"] == onnxruntime.__version__


def test_scores_come_as_top_three_percentages_in_the_order_of_the_request(service: Service) -> None:
    reply = _ask(service, [_text(plain(colour)) for colour in ("green", "red")])

    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    answers, computed = json.loads(reply.body)["result"]
    assert [classes[0][0] for classes in answers] == ["green", "red"]
    assert [len(classes) for classes in answers] == [3, 3]
    percentages = [percentage for _, percentage in answers[0]]
    assert percentages == sorted(percentages, reverse=True)
    assert 50 < percentages[0] <= 100
    assert re.fullmatch(r"Computed in \d+\.\d\d ms", computed)


def test_an_item_may_carry_pythons_bytes_wrapper(service: Service) -> None:
    items = [str(base64.b64encode(plain("blue"))), _text(plain("blue"))]

    wrapped, bare = json.loads(_ask(service, items).body)["result"][0]

    assert wrapped == bare


def test_a_real_list_is_as_good_as_its_text(service: Service) -> None:
    body = json.dumps({"input": [_text(plain("red"))]}).encode()

    assert json.loads(service.ask("POST", "/score", body, JSON).body)["result"][0][0][0][0] == "red"


def test_an_empty_list_gives_an_empty_answer(service: Service) -> None:
    answers, computed = json.loads(_ask(service, "[]").body)["result"]

    assert answers == []
    assert computed.startswith("Computed in ")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/json;q=1"])
def test_parameters_and_case_of_the_content_type_do_not_matter(service: Service, kind: str) -> None:
    assert _ask(service, "[]", **{"Content-Type": kind}).status == 200


@pytest.mark.parametrize("kind", ["text/plain", "image/jpeg", "application/x-www-form-urlencoded", ""])
def test_other_content_types_get_415_and_an_empty_object(service: Service, kind: str) -> None:
    reply = _ask(service, "[]", **{"Content-Type": kind})

    assert (reply.status, reply.body, reply.headers["Content-Type"]) == (415, b"{}", "application/json")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "the body is not JSON"),
        (b"{", "the body is not JSON"),
        (b"[" * 200_000, "the body is not JSON"),
        (b'{"input": NaN}', "the body is not JSON"),
        (b'{"input": "\xff"}', "the body is not JSON"),
        (b"[]", 'must be a JSON object with the member "input"'),
        (b"{}", 'must be a JSON object with the member "input"'),
        (b'{"input": 7}', "input must be a list of base64 strings, or its JSON text; found a number"),
        (b'{"input": "nonsense"}', "input is not JSON"),
        (b'{"input": "{}"}', "found an object"),
        (b'{"input": [null]}', "input[0]: expected a base64 string, found null"),
        (b'{"input": ["!!!"]}', "input[0]: not base64"),
    ],
)
def test_malformed_requests_get_400_and_are_told_where(service: Service, body: bytes, says: str) -> None:
    reply = service.ask("POST", "/score", body, JSON)

    assert reply.status == 400
    assert says in _problem(reply)["detail"]


def test_a_bad_picture_is_named_by_its_index(service: Service) -> None:
    reply = _ask(service, [_text(plain("red")), _text(b"not a picture")])

    assert reply.status == 422
    assert _problem(reply)["detail"].startswith("input[1]: the bytes are not a picture")


def test_too_many_pictures_get_413_and_the_limit(service: Service) -> None:
    reply = _ask(service, [_text(plain("red"))] * 17)

    assert reply.status == 413
    assert "17 pictures; at most 16" in _problem(reply)["detail"]


def test_other_methods_and_paths_are_as_they_were(service: Service) -> None:
    wrong = service.ask("GET", "/score")
    assert (wrong.status, "POST" in wrong.headers["Allow"]) == (405, True)
    assert service.ask("GET", "/nowhere").status == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_and_metrics_are_not_on_the_public_port(service: Service, path: str) -> None:
    assert service.ask("GET", path).status == 404
    assert service.probe(path).status == 200
