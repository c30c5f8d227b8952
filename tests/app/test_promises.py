"""The contract and the hostile requests, against the service itself and against ones that answer wrongly."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.checks.hostile import refuse, requests
from app.checks.promises import Promises
from app.checks.service import CheckError
from delivery.service.client import await_ready
from delivery.service.process import Process
from tests.delivery.image.altered import Altered, Change
from tests.support import models, pictures
from tests.support.apps import SAMPLE

COMMIT = "c0ffee" + "0" * 34


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pictures")
    for colour in ("red", "green", "blue"):
        (made / f"{colour}.png").write_bytes(pictures.plain(colour))
    return made


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    base = tmp_path_factory.getbasetemp()
    models.write(base / "contract-model")
    with Process(SAMPLE, base / "contract-model", base / "contract.log", commit=COMMIT) as running:
        await_ready(running)
        yield running


def check(running: Process | Altered, folder: Path) -> list[str]:
    promises = Promises(running, "colours", [folder / f"{colour}.png" for colour in ("red", "green", "blue")])
    return [f"{name}: {promise()}" for name, promise in promises.checks()]


def test_the_service_keeps_every_promise(service: Process, folder: Path) -> None:
    assert [line.partition(":")[0] for line in check(service, folder)] == [
        "health",
        "version",
        "score",
        "classify",
        "inference protocol",
        "metrics",
        "apart",
        "description",
        "page",
    ]


def json_change(path: str, change: Any) -> Change:
    def run(asked: str, status: int, body: bytes) -> tuple[int, bytes]:
        if asked != path:
            return status, body
        document = json.loads(body)
        change(document)
        return status, json.dumps(document).encode()

    return run


def constant(path: str, status: int, body: bytes) -> Change:
    return lambda asked, right, data: (status, body) if asked == path else (right, data)


WRONG = {
    "no word at the root": (constant("GET /", 200, b"Hello"), r"GET /: found b'Hello', expected b'Healthy'"),
    "not ready": (
        constant("management GET /readyz", 503, b"loading"),
        r"GET /readyz of the management port: answered 503, expected 200: loading",
    ),
    "not ready for the load balancer": (
        constant("GET /v2/health/ready", 503, b"loading"),
        r"GET /v2/health/ready: answered 503, expected 200: loading",
    ),
    "metrics for everybody": (
        constant("GET /metrics", 200, b"scoring_ready 1.0"),
        r"GET /metrics: answered 200, expected 404: scoring_ready",
    ),
    "probes for everybody": (constant("GET /healthz", 200, b"ok"), r"GET /healthz: answered 200, expected 404: ok"),
    "a score without its form": (
        constant("POST /score", 200, b'{"result": "fine"}'),
        r"POST /score: has not the original's form",
    ),
    "scores in another order": (
        json_change("POST /score", lambda document: document["result"][0].reverse()),
        r"POST /score: blue\.png|POST /score: red\.png: found blue",
    ),
    "percentages that differ from those of /v1/classify": (
        json_change("POST /score", lambda document: document["result"][0][0][0].__setitem__(1, 60.0)),
        r"POST /score: red\.png: found red 60\.0 %, where /v1/classify says red \d+\.\d %",
    ),
    "another label than that of /v1/classify": (
        json_change("POST /score", lambda document: document["result"][0][0][0].__setitem__(0, "dog")),
        r"POST /score: red\.png: found dog \d+\.\d %, where /v1/classify says red",
    ),
    "one score too few": (
        json_change("POST /score", lambda document: document["result"][0].pop()),
        r"POST /score: number of answers: found 2, expected 3",
    ),
    "percentages that rise": (
        json_change("POST /score", lambda document: document["result"][0][0].reverse()),
        r"POST /score: red\.png: no falling percentages",
    ),
    "scores without a time": (
        json_change("POST /score", lambda document: document["result"].__setitem__(1, "soon")),
        r"expected 'Computed in … ms' at the end, found 'soon'",
    ),
    "a score for everybody": (constant("GET /score", 200, b"{}"), r"GET /score: answered 200, expected 405"),
    "top ignored": (
        json_change("POST /v1/classify?top=1", lambda document: document["classes"].append(document["classes"][0])),
        r"top=1: number of classes: found 2, expected 1",
    ),
    "another class": (
        json_change("POST /v1/classify?top=1", lambda document: document["classes"][0].update(label="dog")),
        r"POST /v1/classify\?top=1: first class: found 'dog', expected 'red'",
    ),
    "another name": (
        json_change("GET /v2/models/colours", lambda document: document.update(name="shapes")),
        r"GET /v2/models/colours: name: found 'shapes', expected 'colours'",
    ),
    "no inference": (
        constant("POST /v2/models/colours/infer", 500, b"{}"),
        r"infer: answered 500, expected 200",
    ),
    "metrics of another model": (
        constant("management GET /metrics", 200, b"scoring_ready 1.0"),
        r"GET /metrics: lacks sha256=",
    ),
    "no page": (constant("GET /", 200, b"Healthy"), r"GET / for a browser: answered 200 without a page"),
    "no description": (constant("GET /openapi.json", 200, b'{"paths": {}}'), r"openapi\.json: lacks /version, /score"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_service_that_answers_wrongly_is_refused_by_the_request_and_the_answer(
    service: Process, folder: Path, name: str
) -> None:
    change, fault = WRONG[name]
    with Altered(service, change) as wrong, pytest.raises(CheckError) as refused:
        check(wrong, folder)
    assert re.search(fault, str(refused.value))


def test_the_service_refuses_every_hostile_request_and_goes_on(service: Process, folder: Path) -> None:
    picture = folder / "red.png"
    statuses = {request.name: refuse(service, request) for request in requests(picture, "colours")}
    assert len(statuses) == 24
    assert statuses["a decompression bomb"] == 413
    assert statuses["half a picture"] in (415, 422)
    assert all(400 <= status < 500 for status in statuses.values())


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (200, b'{"classes": []}', r"text: answered 200, expected 415 or 422"),
        (500, b"Internal Server Error", r"text: answered 500, expected 415 or 422: Internal"),
        (415, b"<h1>no</h1>", r"text: answered 415 without JSON"),
        (415, b'{"status": 415}', r"text: answered 415 without saying why"),
    ],
)
def test_a_service_that_takes_or_trips_over_what_it_must_refuse_fails(
    service: Process, folder: Path, status: int, body: bytes, fault: str
) -> None:
    (text,) = [one for one in requests(folder / "red.png", "colours") if one.name == "text"]
    with (
        Altered(service, constant("POST /v1/classify", status, body)) as wrong,
        pytest.raises(CheckError, match=fault),
    ):
        refuse(wrong, text)


def test_the_originals_empty_answer_is_part_of_the_contract(service: Process, folder: Path) -> None:
    (score,) = [one for one in requests(folder / "red.png", "colours") if one.empty]
    with (
        Altered(service, constant("POST /score", 415, b'{"detail": "no"}')) as wrong,
        pytest.raises(CheckError, match=r"a score that is not JSON: answered .*, expected \{\}"),
    ):
        refuse(wrong, score)
