"""A small model with known answers: it tells plain colours apart, so that most tests need no downloaded weights."""

import hashlib
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

    It knows the first `classes` of the colours. `further` names outputs that repeat the first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    outputs = tuple(
        Output(name=name, kind="logits" if logits else "probabilities", classes=classes, multi_label=multi_label)
        for name in ("scores", *further)
    )
    (folder / MODEL_FILE).write_bytes(_model(spec, outputs).SerializeToString())
    (folder / LABELS_FILE).write_text("".join(f"{label}\n" for label in list(COLOURS)[:classes]), encoding="utf-8")
    manifest = Manifest(
        name=NAME,
        title="Plain colours",
        version=version,
        created=datetime(2026, 1, 1, tzinfo=UTC),
        framework=Framework(name="onnx", opset=_OPSET),
        input=spec,
        output=outputs[0],
        more_outputs=outputs[1:],
        files={MODEL_FILE: _facts(folder / MODEL_FILE), LABELS_FILE: _facts(folder / LABELS_FILE)},
    )
    (folder / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def _facts(path: Path) -> FileFacts:
    data = path.read_bytes()
    return FileFacts(sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def _model(spec: Input, outputs: tuple[Output, ...]) -> onnx.ModelProto:
    """Mean over the picture, then the squared distance to each colour: softmax(k (2 x.c - c.c)), x in 0..1."""
    colours = _in_channels(spec)[: outputs[0].classes]
    weights = 2 * _SHARPNESS * colours.T
    bias = -_SHARPNESS * (colours**2).sum(axis=1)
    if spec.normalisation is not None:
        mean, std = (np.asarray(part) / 255 for part in (spec.normalisation.mean, spec.normalisation.std))
        # The mean was taken of (x - mean) / std: undone here, in the linear layer.
        bias = bias + mean @ weights
        weights = std[:, np.newaxis] * weights
    else:
        weights = weights / 255
    nodes = [
        helper.make_node("Cast", [spec.name], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers"], ["mean"], axes=_plane(spec), keepdims=0),
        helper.make_node("Gemm", ["mean", "weights", "bias"], ["distances"]),
        *(helper.make_node(_last(output), ["distances"], [output.name]) for output in outputs),
    ]
    shape: list[int | str] = ["n", spec.height, spec.width, spec.depth]
    if spec.layout == "NCHW":
        shape = ["n", spec.depth, spec.height, spec.width]
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info(spec.name, _TYPES[spec.dtype], shape)],
        [helper.make_tensor_value_info(output.name, TensorProto.FLOAT, ["n", output.classes]) for output in outputs],
        [
            numpy_helper.from_array(weights.astype(np.float32), "weights"),
            numpy_helper.from_array(bias.astype(np.float32), "bias"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def _last(output: Output) -> str:
    if output.kind == "logits":
        return "Identity"
    return "Sigmoid" if output.multi_label else "Softmax"


def _plane(spec: Input) -> list[int]:
    return [1, 2] if spec.layout == "NHWC" else [2, 3]


def _in_channels(spec: Input) -> NDArray[np.float64]:
    """The colours in the model's channels, 0..1, shape (classes, depth)."""
    colours = np.asarray(list(COLOURS.values()), np.float64) / 255
    if spec.channels == "L":
        colours = (colours * np.asarray(_LUMA)).sum(axis=1, keepdims=True)
    return colours[:, ::-1] if spec.channels == "BGR" else colours
