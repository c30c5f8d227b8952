"""A small model with known answers: it tells plain colours apart, so that most tests need no downloaded weights."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from app.scoring.manifest import (
    LABELS_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    FileFacts,
    Framework,
    Input,
    Manifest,
    Output,
)

COLOURS = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "white": (255, 255, 255),
    "black": (0, 0, 0),
}
"""Label and colour of each class, in output order."""

NAME = "colours"
SIDE = 32
_SHARPNESS = 8.0
_LUMA = (0.299, 0.587, 0.114)
_OPSET = 17
_TYPES = {"uint8": TensorProto.UINT8, "float32": TensorProto.FLOAT}

UINT8_NHWC = Input(name="pixels", dtype="uint8", layout="NHWC", channels="RGB", width=SIDE, height=SIDE)


@dataclass(frozen=True)
class Layer:
    """An output: weights (channels, classes) of the picture's mean, a bias (classes), and a last operation."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    last: str = "Identity"


def write(
    folder: Path,
    spec: Input = UINT8_NHWC,
    *,
    logits: bool = False,
    version: str = "1",
    classes: int = len(COLOURS),
    multi_label: bool = False,
    further: tuple[str, ...] = (),
) -> Manifest:
    """Write a model version into `folder` that names the colour nearest to a picture's mean, for any input `spec`.

    It has the first `classes` of the colours. `further` names outputs that repeat the first.
    """
    last = "Identity" if logits else "Sigmoid" if multi_label else "Softmax"
    layer = colour_layer(spec, last)
    layer = Layer(layer.weights[:, :classes], layer.bias[:classes], last)
    outputs = [
        Output(name=name, kind="logits" if logits else "probabilities", classes=classes, multi_label=multi_label)
        for name in ("scores", *further)
    ]
    graph = linear(spec, {output.name: layer for output in outputs})
    return write_version(folder, graph, spec, *outputs, version=version)


def write_version(
    folder: Path,
    model: onnx.ModelProto,
    spec: Input,
    *outputs: Output,
    version: str = "1",
    title: str = "Plain colours",
) -> Manifest:
    """Write any model as a version into `folder`; the first output is the primary one."""
    folder.mkdir(parents=True, exist_ok=True)
    output, *more = outputs
    known = output.classes <= len(COLOURS)
    labels = list(COLOURS)[: output.classes] if known else [f"class {n}" for n in range(output.classes)]
    (folder / MODEL_FILE).write_bytes(model.SerializeToString())
    (folder / LABELS_FILE).write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")
    manifest = Manifest(
        name=NAME,
        title=title,
        version=version,
        created=datetime(2026, 1, 1, tzinfo=UTC),
        framework=Framework(name="onnx", opset=_OPSET),
        input=spec,
        output=output,
        more_outputs=tuple(more),
        files={MODEL_FILE: _facts(folder / MODEL_FILE), LABELS_FILE: _facts(folder / LABELS_FILE)},
    )
    (folder / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def _facts(path: Path) -> FileFacts:
    data = path.read_bytes()
    return FileFacts(sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def colour_layer(spec: Input, last: str = "Identity") -> Layer:
    """The squared distance to each colour, -k (x - c)^2 but for what all have in common: k (2 x.c - c.c), x in 0..1."""
    colours = _in_channels(spec)
    weights = 2 * _SHARPNESS * colours.T
    bias = -_SHARPNESS * (colours**2).sum(axis=1)
    if spec.normalisation is not None:
        mean, std = (np.asarray(part) / 255 for part in (spec.normalisation.mean, spec.normalisation.std))
        # The mean was taken of (x - mean) / std: undone here, in the linear layer.
        bias = bias + mean @ weights
        weights = std[:, np.newaxis] * weights
    else:
        weights = weights / 255
    return Layer(weights, bias, last)


def linear(spec: Input, layers: dict[str, Layer], *, batch: int | str = "n") -> onnx.ModelProto:
    """A graph that takes the mean over a picture's plane, and gives one linear layer of it for each output."""
    nodes = [
        helper.make_node("Cast", [spec.name], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers"], ["mean"], axes=_plane(spec), keepdims=0),
    ]
    outputs, constants = [], []
    for index, (name, layer) in enumerate(layers.items()):
        weights, bias, distances = f"weights{index or ''}", f"bias{index or ''}", f"distances{index or ''}"
        nodes.append(helper.make_node("Gemm", ["mean", weights, bias], [distances]))
        nodes.append(helper.make_node(layer.last, [distances], [name]))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, len(layer.bias)]))
        constants += [
            numpy_helper.from_array(layer.weights.astype(np.float32), weights),
            numpy_helper.from_array(layer.bias.astype(np.float32), bias),
        ]
    given = helper.make_tensor_value_info(spec.name, _TYPES[spec.dtype], [batch, *spec.row_shape])
    return whole_model(helper.make_graph(nodes, "colours", [given], outputs, constants))


def whole_model(graph: onnx.GraphProto) -> onnx.ModelProto:
    """A model of a graph, checked."""
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def _plane(spec: Input) -> list[int]:
    return [1, 2] if spec.layout == "NHWC" else [2, 3]


def _in_channels(spec: Input) -> NDArray[np.float64]:
    """The colours in the model's channels, 0..1, shape (classes, depth)."""
    colours = np.asarray(list(COLOURS.values()), np.float64) / 255
    if spec.channels == "L":
        colours = (colours * np.asarray(_LUMA)).sum(axis=1, keepdims=True)
    return colours[:, ::-1] if spec.channels == "BGR" else colours
