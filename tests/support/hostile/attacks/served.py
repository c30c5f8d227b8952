"""Models that make attacks possible: one that takes floats, one that fails for white, one with very many classes."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from app.scoring.manifest import LABELS_FILE, MANIFEST_FILE, MODEL_FILE, FileFacts, Manifest
from tests.support import models
from tests.support.hostile.siege import FLOAT_NHWC

CLASSES = 200_000
"""A row of so many classes is 0.8 MB in binary and some 4 MB in JSON."""
_BRIGHTEST = 0.9
_ELSE = -40.0


def write_float(folder: Path) -> Manifest:
    """Write the colour model on floats: a tensor of 3e38 overflows in it to NaN."""
    return models.write(folder, FLOAT_NHWC)


def write_not_finite(folder: Path) -> Manifest:
    """Write a colour model that gives NaN for white pictures: the root of a negative number is added to its scores."""
    manifest = models.write(folder, FLOAT_NHWC)
    model = onnx.load(folder / MODEL_FILE)
    name = manifest.output.name
    last = model.graph.node[-1]
    last.output[0] = "finite"
    model.graph.initializer.append(numpy_helper.from_array(np.asarray([_BRIGHTEST], np.float32), "brightest"))
    model.graph.initializer.append(numpy_helper.from_array(np.zeros(1, np.float32), "nothing"))
    model.graph.node.extend(
        [
            helper.make_node("ReduceMean", ["numbers"], ["light"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Sub", ["brightest", "light"], ["left"]),
            helper.make_node("Sqrt", ["left"], ["root"]),
            helper.make_node("Mul", ["root", "nothing"], ["zero"]),
            helper.make_node("Unsqueeze", ["zero", "axis"], ["column"]),
            helper.make_node("Add", ["finite", "column"], [name]),
        ]
    )
    model.graph.initializer.append(numpy_helper.from_array(np.asarray([1]), "axis"))
    return _rewritten(folder, manifest, model, list(models.COLOURS))


def write_crowded(folder: Path) -> Manifest:
    """Write a colour model with very many classes that no picture shows, behind the colours."""
    manifest = models.write(folder)
    model = onnx.load(folder / MODEL_FILE)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        wide = np.full((*values.shape[:-1], CLASSES), _ELSE if tensor.name == "bias" else 0, np.float32)
        wide[..., : values.shape[-1]] = values
        tensor.CopyFrom(numpy_helper.from_array(wide, tensor.name))
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = CLASSES
    labels = [*models.COLOURS, *(f"other {number}" for number in range(len(models.COLOURS), CLASSES))]
    crowded = manifest.model_copy(update={"output": manifest.output.model_copy(update={"classes": CLASSES})})
    return _rewritten(folder, crowded, model, labels)


def _rewritten(folder: Path, manifest: Manifest, model: onnx.ModelProto, labels: list[str]) -> Manifest:
    onnx.checker.check_model(model)
    contents = {
        MODEL_FILE: model.SerializeToString(),
        LABELS_FILE: "".join(f"{label}\n" for label in labels).encode(),
    }
    facts = {}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
        facts[name] = FileFacts(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    changed = manifest.model_copy(update={"files": facts})
    (folder / MANIFEST_FILE).write_text(changed.to_json(), encoding="utf-8")
    return changed
