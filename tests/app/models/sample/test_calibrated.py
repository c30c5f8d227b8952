"""Calibration: surer or less sure by one number, never in another order."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from app.models.sample.calibrated import divided, fit


def softmax(logits: np.ndarray, temperature: float = 1) -> np.ndarray:
    scaled = np.exp(logits / temperature)
    divided_by: np.ndarray = scaled.sum(axis=1, keepdims=True)
    return np.asarray(scaled / divided_by)


def network() -> bytes:
    """One dense layer of the sample's names over two features, and its softmax."""
    rng = np.random.default_rng(1)
    constants = [
        helper.make_tensor(
            name, TensorProto.FLOAT, shape, rng.normal(size=shape).astype(np.float32).tobytes(), raw=True
        )
        for name, shape in (("classes/weight", (3, 2)), ("classes/bias", (3,)))
    ]
    nodes = [
        helper.make_node("Gemm", ["x", "classes/weight", "classes/bias"], ["logits"], transB=1),
        helper.make_node("Softmax", ["logits"], ["y"], axis=1),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size]) for name, size in (("x", 2), ("y", 3))]
    graph = helper.make_graph(nodes, "dense", ends[:1], ends[1:], constants)
    opset = helper.make_opsetid("", 17)
    return bytes(helper.make_model(graph, opset_imports=[opset], ir_version=8).SerializeToString())


def run(model: bytes, x: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    found: np.ndarray = session.run(None, {"x": x})[0]
    return found


def test_the_temperature_that_was_taken_away_is_found_again() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4000, 5)) * 2
    right = [frozenset({int(rng.choice(5, p=row))}) for row in softmax(logits)]
    found = fit(softmax(logits, 1.4), right)
    assert found.temperature == pytest.approx(1 / 1.4, abs=0.05)
    assert found.after < found.before


def test_a_divided_network_gives_the_softmax_of_divided_logits() -> None:
    x = np.random.default_rng(2).normal(size=(6, 2)).astype(np.float32)
    before, after = run(network(), x), run(divided(network(), 0.5), x)
    np.testing.assert_allclose(after, softmax(np.log(before), 0.5), rtol=1e-4)
    assert (before.argsort() == after.argsort()).all()


def test_division_by_one_changes_no_byte_of_the_weights() -> None:
    before, after = (onnx.load_model_from_string(model) for model in (network(), divided(network(), 1.0)))
    assert before.graph.initializer == after.graph.initializer
