"""A graph that fails while it runs: the client gets a sentence and a request id, and the log gets the reason."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.capi.onnxruntime_pybind11_state import Fail

from app.scoring.fork_server import do_job
from app.scoring.limits import Limits
from app.scoring.manifest import Output
from app.scoring.model import Model
from app.scoring.pipeline import Bounds
from app.scoring.wire import Frame
from tests.support import models
from tests.support.pictures import plain
from tests.support.service import Service, running

SEE_LOG = "the log has the reason under this request id"
BOUNDS = Bounds(Limits(), max_pictures=16, max_answer_bytes=1 << 20)
JOB = Frame({"kind": "classify", "top": 1, "boundary": None}, plain("black"))


def brightest_below_100() -> onnx.ModelProto:
    """A graph that looks up the brightest value of a picture in a table of 100 rows, and fails beyond it."""
    classes = len(models.COLOURS)
    table = np.tile(np.asarray([0.6] + [0.1] * (classes - 1), np.float32), (100, 1))
    nodes = [
        helper.make_node("Cast", ["pixels"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["numbers"], ["brightest"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Cast", ["brightest"], ["row"], to=TensorProto.INT64),
        helper.make_node("Gather", ["table", "row"], ["scores"], axis=0),
    ]
    side = models.SIDE
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", side, side, 3])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", classes])
    graph = helper.make_graph(nodes, "lookup", [pixels], [scores], [numpy_helper.from_array(table, "table")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("lookup")
    output = Output(name="scores", kind="probabilities", classes=len(models.COLOURS))
    models.write_version(made, brightest_below_100(), models.UINT8_NHWC, output)
    return made


@pytest.fixture(scope="module")
def fragile(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(folder, tmp_path_factory.mktemp("fragile") / "log", workers=1) as service:
        yield service


def test_an_input_that_the_graph_fails_on_gets_422_with_a_sentence_and_a_request_id(fragile: Service) -> None:
    answer = fragile.ask("POST", "/v1/classify", plain("white"), {"X-Request-Id": "fails-1"})

    document = json.loads(answer.body)
    assert (answer.status, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert document["detail"] == f"the model fails on this input; {SEE_LOG}"
    assert document["request_id"] == "fails-1"
    assert fragile.ask("POST", "/v1/classify", plain("black")).status == 200


def test_the_log_has_the_graphs_reason_under_the_request_id(fragile: Service) -> None:
    fragile.ask("POST", "/v1/classify", plain("white"), {"X-Request-Id": "fails-2"})

    lines = [json.loads(line) for line in fragile.log.read_text().splitlines()]
    [line] = [line for line in lines if line.get("request_id") == "fails-2" and line["logger"] == "scoring"]
    assert line["level"] == "warning"
    assert "indices element out of data bounds" in line["reason"]


def test_the_inference_protocol_gets_422_in_its_own_form(fragile: Service) -> None:
    pixels = {"name": "pixels", "datatype": "UINT8", "shape": [1, 32, 32, 3], "data": [255] * (32 * 32 * 3)}

    answer = fragile.ask("POST", "/v2/models/colours/infer", json.dumps({"inputs": [pixels]}).encode())

    assert answer.status == 422
    assert "the model fails on this input" in json.loads(answer.body)["error"]


class BrokenSession:
    """A session whose device has gone: no input runs."""

    def __init__(self, session: Any) -> None:
        self.get_inputs = session.get_inputs

    def run(self, *_: object) -> object:
        raise Fail("[ONNXRuntimeError] : 1 : FAIL : the device has gone")


def test_a_model_that_fails_on_every_input_is_no_fault_of_the_request(folder: Path) -> None:
    model = Model.load(folder)

    reply = do_job(replace(model, session=BrokenSession(model.session)), BOUNDS, JOB)

    assert reply.head["problem"] == [500, f"the model fails on every input; {SEE_LOG}"]
    assert "the device has gone" in reply.head["reason"]


def test_a_fault_of_the_program_is_500_and_its_trace_is_for_the_log(folder: Path) -> None:
    reply = do_job(Model.load(folder), BOUNDS, Frame({"kind": "classify"}, b""))

    assert reply.head["problem"] == [500, f"an unexpected error; {SEE_LOG}"]
    assert "KeyError" in reply.head["reason"]
