"""Clients that know nothing of Slipway get right answers: the original sample's own, and tritonclient as it ships."""

import base64
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

from delivery.examples.example import Example
from delivery.examples.folder import read_folder
from tests.support.apps import SAMPLE
from tests.support.models import COLOURS, SIDE
from tests.support.pictures import encoded, plain
from tests.support.service import ROOT, Service

SAMPLES = ROOT / "app" / "scoring" / "page" / "samples"


def _first(example: Example) -> dict[str, Any]:
    """The labels that are right in the first place of an answer, and the least probability there."""
    document: Any = example.expect.document
    label, probability = document["classes"][0]["label"], document["classes"][0]["probability"]["$at_least"]
    return {"labels": label["$one_of"] if isinstance(label, dict) else [label], "probability": probability}


EXPECTED = {
    f"{name}.jpg": _first(example) for name, example in read_folder(SAMPLE.folder / "examples").examples.items()
}
_LITE0 = "efficientnet-lite"


def _original_item(photo: bytes) -> str:
    """As the original's `classify.py` prepares a photo: fitted to 224 x 224, PNG, base64."""
    image = ImageOps.fit(Image.open(io.BytesIO(photo)).convert("RGB"), (224, 224), Image.Resampling.LANCZOS)
    return base64.b64encode(encoded(image, "PNG")).decode("utf-8")


def _original_call(service: Service, *items: str) -> dict[str, Any]:
    """As it calls: the list is composed as text, and becomes a string inside the JSON object."""
    body = json.dumps({"input": "[{}]".format(", ".join(f'"{item}"' for item in items))})
    reply = service.ask("POST", "/score", body.encode(), {"content-type": "application/json"})
    assert reply.status == 200
    document: dict[str, Any] = json.loads(reply.body)
    return document


def _name(label: str) -> str:
    """`n02123045 tabby` without the number of its WordNet set."""
    return re.sub(r"^n\d{8} ", "", label)


@contextmanager
def _triton(service: Service) -> Iterator[InferenceServerClient]:
    client = InferenceServerClient(f"{service.host}:{service.port}", concurrency=4)
    try:
        yield client
    finally:
        client.close()


def _input(name: str, array: NDArray[Any], datatype: str, *, binary: bool = True) -> InferInput:
    given = InferInput(name, list(array.shape), datatype)
    given.set_data_from_numpy(array, binary_data=binary)
    return given


def _pictures(*pictures: bytes) -> InferInput:
    return _input("picture", np.array(pictures, dtype=np.object_), "BYTES")


@pytest.mark.parametrize("photo", EXPECTED)
def test_the_original_client_reads_the_right_class_at_its_usual_place(real_service: Service, photo: str) -> None:
    answer = _original_call(real_service, _original_item((SAMPLES / photo).read_bytes()))

    assert _name(answer["result"][0][0][0][0]) in EXPECTED[photo]["labels"]


def test_the_original_client_gets_synset_lines_percentages_and_the_time(real_service: Service) -> None:
    answer = _original_call(real_service, _original_item((SAMPLES / "coffee.jpg").read_bytes()))
    [[top_three], computed] = answer["result"]

    assert top_three[0][0] == "n07920052 espresso"
    assert len(top_three) == 3
    assert 80 < top_three[0][1] <= 100
    assert re.fullmatch(r"Computed in \d+\.\d\d ms", computed)


def test_a_client_that_sends_pythons_bytes_wrapper_gets_the_same_answer(real_service: Service) -> None:
    item = _original_item((SAMPLES / "tripod.jpg").read_bytes())

    plain_answer, wrapped = (_original_call(real_service, text)["result"][0] for text in (item, f"b'{item}'"))

    assert wrapped == plain_answer


def test_several_photos_are_answered_in_the_order_of_the_request(real_service: Service) -> None:
    answer = _original_call(real_service, *(_original_item((SAMPLES / photo).read_bytes()) for photo in EXPECTED))

    found = {photo: _name(classes[0][0]) for photo, classes in zip(EXPECTED, answer["result"][0], strict=True)}
    assert [photo for photo in EXPECTED if found[photo] not in EXPECTED[photo]["labels"]] == []


def test_the_original_scripts_health_and_version_checks_pass(service: Service) -> None:
    root, version = service.ask("GET", "/"), service.ask("GET", "/version")

    assert (root.status, root.body) == (200, b"Healthy")
    assert version.status == 200
    assert version.body


@pytest.mark.parametrize("photo", EXPECTED)
def test_tritonclient_sends_photos_as_they_are(real_service: Service, photo: str) -> None:
    wanted = InferRequestedOutput("probabilities", class_count=1)
    with _triton(real_service) as client:
        answer = client.infer(_LITE0, [_pictures((SAMPLES / photo).read_bytes())], outputs=[wanted])

    [best] = answer.as_numpy("probabilities").ravel()
    probability, _, label = best.decode().split(":", 2)
    assert _name(label) in EXPECTED[photo]["labels"]
    assert float(probability) >= EXPECTED[photo]["probability"]


@pytest.mark.parametrize("photo", EXPECTED)
@pytest.mark.parametrize("binary", [True, False], ids=["binary", "JSON"])
def test_tritonclient_sends_tensors_that_it_has_prepared_itself(
    real_service: Service, photo: str, *, binary: bool
) -> None:
    image = ImageOps.fit(Image.open(SAMPLES / photo).convert("RGB"), (256, 256)).crop((16, 16, 240, 240))
    with _triton(real_service) as client:
        told = client.get_model_metadata(_LITE0)
        [tensor] = [entry for entry in told["inputs"] if entry["datatype"] == "UINT8"]
        given = _input(tensor["name"], np.asarray(image)[np.newaxis], "UINT8", binary=binary)
        [output] = told["outputs"]
        wanted = InferRequestedOutput(output["name"], binary_data=binary)
        scores = client.infer(_LITE0, [given], outputs=[wanted]).as_numpy(output["name"])

    labels = (real_service.model / "labels.txt").read_text(encoding="utf-8").splitlines()
    assert scores.shape == (1, 1000)
    assert _name(labels[int(scores[0].argmax())]) in EXPECTED[photo]["labels"]


def test_tritonclient_finds_the_server_and_its_model_ready(service: Service) -> None:
    with _triton(service) as client:
        assert client.is_server_live()
        assert client.is_server_ready()
        assert client.is_model_ready("colours")
        assert client.is_model_ready("colours", "1")
        assert not client.is_model_ready("colours", "2")
        assert not client.is_model_ready("nosuch")


def test_tritonclient_reads_metadata(service: Service) -> None:
    with _triton(service) as client:
        server, model = client.get_server_metadata(), client.get_model_metadata("colours", "1")

    assert server["name"]
    assert "binary_tensor_data" in server["extensions"]
    assert model["name"] == "colours"
    assert model["versions"] == ["1"]
    assert model["platform"]
    assert {tensor["datatype"] for tensor in model["inputs"]} == {"BYTES", "UINT8"}
    assert model["outputs"] == [{"name": "scores", "datatype": "FP32", "shape": [-1, len(COLOURS)]}]


def test_tritonclients_defaults_are_answered_with_binary_scores_and_its_request_id(service: Service) -> None:
    rows = np.stack([np.full((SIDE, SIDE, 3), colour, np.uint8) for colour in COLOURS.values()])
    with _triton(service) as client:
        answer = client.infer("colours", [_input("pixels", rows, "UINT8")], model_version="1", request_id="an-id")

    assert answer.get_response()["id"] == "an-id"
    assert answer.get_response()["model_name"] == "colours"
    assert answer.get_output("scores")["parameters"]["binary_data_size"] == 4 * len(COLOURS) ** 2
    scores = answer.as_numpy("scores")
    assert scores.dtype == np.float32
    assert scores.argmax(axis=1).tolist() == list(range(len(COLOURS)))
    assert scores.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_tritonclient_asks_for_the_most_probable_classes_of_several_pictures(service: Service) -> None:
    wanted = InferRequestedOutput("scores", class_count=2)
    with _triton(service) as client:
        answer = client.infer("colours", [_pictures(plain("blue"), plain("red", form="JPEG"))], outputs=[wanted])

    classes = answer.as_numpy("scores")
    assert classes.shape == (2, 2)
    assert [row[0].decode().rpartition(":")[2] for row in classes] == ["blue", "red"]


def test_tritonclient_keeps_several_requests_in_flight(service: Service) -> None:
    with _triton(service) as client:
        pending = [(colour, client.async_infer("colours", [_pictures(plain(colour))])) for colour in [*COLOURS] * 4]
        found = [(colour, waiting.get_result().as_numpy("scores")) for colour, waiting in pending]

    assert [colour for colour, scores in found if scores.argmax() != list(COLOURS).index(colour)] == []


@pytest.mark.parametrize(
    ("model", "array", "status", "says"),
    [
        ("nosuch", np.zeros((1, SIDE, SIDE, 3), np.uint8), "404", "nosuch"),
        ("colours", np.zeros((1, 8, 8, 3), np.uint8), "400", "[1, 8, 8, 3]"),
        ("colours", np.zeros((17, SIDE, SIDE, 3), np.uint8), "413", "16"),
    ],
)
def test_tritonclient_raises_with_the_reason_for_a_refusal(
    service: Service, model: str, array: NDArray[np.uint8], status: str, says: str
) -> None:
    with _triton(service) as client, pytest.raises(InferenceServerException, match=re.escape(says)) as refused:
        client.infer(model, [_input("pixels", array, "UINT8")])

    assert refused.value.status() == status
