"""The rehearsal's second model: the first one with calibrated probabilities (temperature scaling, Guo et al. 2017).

Networks that are trained with smoothed labels are right more often than they say. One number, the temperature, mends
that: all logits are divided by it. The order of the classes, and so the accuracy, stays the same.
"""

from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import numpy_helper

from app.models.sample.accuracy import rows
from app.models.sample.build import Built
from app.models.sample.catalogue import SAMPLES
from app.models.sample.network import INPUT, OUTPUT
from app.models.sample.photos import MEASURE

BASE = "lite0"
"""The sample that is calibrated."""
_LOGITS = ("classes/weight", "classes/bias")
_TEMPERATURES = np.arange(0.4, 1.61, 0.02)
_TINY = 1e-12


@dataclass(frozen=True)
class Fit:
    """A temperature, and the mean negative log-likelihood of the right classes before and with it."""

    temperature: float
    before: float
    after: float


def calibrate(built: Built, name: str) -> Built:
    """The sample `name` again, with the temperature that suits the labelled photos best."""
    fitted = fit(_probabilities(built.model, name), [photo.classes for photo in MEASURE])
    model = divided(built.model, fitted.temperature)
    metrics = {**built.description.metrics, "temperature": fitted.temperature, "nll": round(fitted.after, 4)}
    title = f"{built.description.title}, calibrated"
    description = built.description.model_copy(update={"title": title, "metrics": metrics})
    return Built(model, built.labels, description, built.accuracy, built.familiar)


def fit(probabilities: NDArray[np.float64], right: list[frozenset[int]]) -> Fit:
    """The best temperature for rows of probabilities, shape (photos, classes), and the classes right for each row."""
    logarithms = np.log(np.maximum(probabilities, _TINY))

    def loss(temperature: float) -> float:
        scaled = np.exp(logarithms / temperature)
        scaled /= scaled.sum(axis=1, keepdims=True)
        hits = [row[list(classes)].sum() for row, classes in zip(scaled, right, strict=True)]
        return float(-np.log(np.maximum(hits, _TINY)).mean())

    best = min(map(float, _TEMPERATURES), key=loss)
    return Fit(round(best, 2), loss(1.0), loss(best))


def divided(model: bytes, temperature: float) -> bytes:
    """The model with its logits divided by `temperature`."""
    proto = onnx.load_model_from_string(model)
    found = [tensor for tensor in proto.graph.initializer if tensor.name in _LOGITS]
    assert len(found) == len(_LOGITS), "the network's last layer has another name"
    for tensor in found:
        values = numpy_helper.to_array(tensor).astype(np.float64) / temperature
        tensor.raw_data = values.astype(np.float32).tobytes()
    onnx.checker.check_model(proto, full_check=True)
    return bytes(proto.SerializeToString(deterministic=True))


def _probabilities(model: bytes, name: str) -> NDArray[np.float64]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    pictures = rows((photo.read() for photo in MEASURE), SAMPLES[name].input)
    found = [session.run([OUTPUT], {INPUT: row[np.newaxis]})[0] for row in pictures]
    return np.concatenate(found).astype(np.float64)
