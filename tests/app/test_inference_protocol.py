"""The Open Inference Protocol as the service speaks it: paths, metadata, inference, errors in its own form."""

import base64
import json
import struct
from typing import Any

import pytest

from tests.support.models import COLOURS, SIDE
from tests.support.pictures import plain
from tests.support.service import Reply, Service

MODEL = "/v2/models/colours"
ROW = [SIDE, SIDE, 3]


def _infer(service: Service, document: dict[str, Any], tail: bytes = b"", path: str = MODEL) -> Reply:
    text = json.dumps(document).encode()
    headers = {"Inference-Header-Content-Length": str(len(text))} if tail else {}
    return service.ask("POST", f"{path}/infer", text + tail, headers)


def _white(count: int) -> dict[str, Any]:
    return {"name": "pixels", "shape": [count, *ROW], "datatype": "UINT8", "data": [255] * (count * SIDE * SIDE * 3)}


def _best(output: dict[str, Any], row: int = 0) -> str:
    classes = len(COLOURS)
    scores: list[float] = output["data"][row * classes : (row + 1) * classes]
    return list(COLOURS)[scores.index(max(scores))]


@pytest.mark.parametrize("path", ["/v2/health/live", "/v2/health/ready", f"{MODEL}/ready", f"{MODEL}/versions/1/ready"])
def test_health_is_200(service: Service, path: str) -> None:
    assert service.ask("GET", path).status == 200


def test_the_server_names_its_extensions(service: Service) -> None:
    found = json.loads(service.ask("GET", "/v2").body)

    assert found["name"] == "slipway-scoring"
    assert found["extensions"] == ["binary_tensor_data", "classification"]


@pytest.mark.parametrize("path", [MODEL, f"{MODEL}/versions/1"])
def test_metadata_describe_the_tensor_and_the_pictures_taken_instead(service: Service, path: str) -> None:
    found = json.loads(service.ask("GET", path).body)

    assert found["versions"] == ["1"]
    assert [(i["name"], i["datatype"], i["shape"]) for i in found["inputs"]] == [
        ("picture", "BYTES", [-1]),
        ("pixels", "UINT8", [-1, *ROW]),
    ]
    assert found["outputs"] == [{"name": "scores", "datatype": "FP32", "shape": [-1, 5]}]


def test_tensors_of_several_rows_give_as_many_answers(service: Service) -> None:
    found = json.loads(_infer(service, {"id": "42", "inputs": [_white(2)]}).body)

    assert (found["model_name"], found["model_version"], found["id"]) == ("colours", "1", "42")
    [output] = found["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("scores", "FP32", [2, 5])
    assert [_best(output, row) for row in (0, 1)] == ["white", "white"]


def test_pictures_go_in_as_base64_text(service: Service) -> None:
    data = [base64.b64encode(plain(colour)).decode() for colour in ("red", "blue")]
    document = {"inputs": [{"name": "picture", "shape": [2], "datatype": "BYTES", "data": data}]}

    [output] = json.loads(_infer(service, document).body)["outputs"]

    assert [_best(output, row) for row in (0, 1)] == ["red", "blue"]


def test_pictures_go_in_and_scores_come_out_as_binary(service: Service) -> None:
    picture = plain("green")
    tail = struct.pack("<I", len(picture)) + picture
    entry = {"name": "picture", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": len(tail)}}

    reply = _infer(service, {"inputs": [entry], "parameters": {"binary_data_output": True}}, tail)

    split = int(reply.headers["Inference-Header-Content-Length"])
    scores = struct.unpack("<5f", reply.body[split:])
    assert list(COLOURS)[scores.index(max(scores))] == "green"


def test_the_classification_extension_gives_labelled_classes(service: Service) -> None:
    document = {
        "inputs": [_white(1)],
        "outputs": [{"name": "scores", "parameters": {"classification": 2, "binary_data": False}}],
    }

    [output] = json.loads(_infer(service, document).body)["outputs"]

    assert (output["datatype"], output["shape"]) == ("BYTES", [1, 2])
    assert output["data"][0].split(":")[1:] == ["3", "white"]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"inputs": []}, "expected exactly one input, found 0"),
        ({"inputs": [_white(1), _white(1)]}, "expected exactly one input, found 2"),
        ({"inputs": [_white(1) | {"name": "other"}]}, "expected input 'pixels' of UINT8 with shape [n, 32, 32, 3]"),
        ({"inputs": [_white(1) | {"shape": [1, SIDE * SIDE * 3]}]}, "with shape [n, 32, 32, 3]"),
        (
            {"inputs": [{"name": "pixels", "shape": [0, *ROW], "datatype": "UINT8", "data": []}]},
            "with a number from 1",
        ),
        (
            {"inputs": [{"name": "picture", "shape": [], "datatype": "BYTES", "data": ["aaaa"]}]},
            "with a number from 1",
        ),
        ({"inputs": [{"name": "pixels", "shape": [1], "datatype": "BYTES", "data": ["aaaa"]}]}, "input 'picture'"),
        ({"inputs": [_white(1)], "outputs": [{"name": "odds"}]}, "no output 'odds'; this model has 'scores'"),
        ({"inputs": [_white(1)], "outputs": [{"name": "scores"}] * 3}, "output 'scores' is asked for 3 times"),
    ],
)
def test_senseless_requests_get_400_in_the_protocols_form(
    service: Service, document: dict[str, Any], says: str
) -> None:
    reply = _infer(service, document)

    assert reply.status == 400
    found = json.loads(reply.body)
    assert set(found) == {"error"}
    assert says in found["error"]


def test_a_bad_picture_is_named_by_its_index(service: Service) -> None:
    data = [base64.b64encode(body).decode() for body in (plain("red"), b"junk")]
    reply = _infer(service, {"inputs": [{"name": "picture", "shape": [2], "datatype": "BYTES", "data": data}]})

    assert reply.status == 422
    assert json.loads(reply.body)["error"].startswith("picture[1]: ")


@pytest.mark.parametrize("path", ["/v2/models/other", f"{MODEL}/versions/9"])
def test_other_models_and_versions_are_unknown(service: Service, path: str) -> None:
    for reply in (service.ask("GET", path), service.ask("GET", f"{path}/ready"), _infer(service, {}, path=path)):
        assert reply.status == 404
        assert "this service has 'colours' version '1'" in json.loads(reply.body)["error"]


def test_unknown_paths_of_the_protocol_get_its_form_too(service: Service) -> None:
    reply = service.ask("GET", "/v2/nothing")

    assert (reply.status, set(json.loads(reply.body))) == (404, {"error"})
