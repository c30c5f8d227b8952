"""The Open Inference Protocol's job: tensors or pictures in, numbers or classes out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.scoring.model import Model, top
from app.scoring.pipeline import Pipeline
from app.scoring.problem import Problem
from app.scoring.protocol import DATATYPES, PICTURES
from app.scoring.protocol.answer import Output, encode
from app.scoring.protocol.request import OutputRequest, Tensor, parse
from app.scoring.wire import Frame

_BYTES_A_NUMBER = 26
"""The longest text of a float32 in JSON, and a comma."""
_BYTES_AN_ITEM = 40
"""A classification's probability, index, quotes and length beside its label."""


def infer(pipeline: Pipeline, head: dict[str, Any], body: bytes) -> Frame:
    """The outputs asked for, for the request's one input."""
    model = pipeline.model
    request = parse(body, head["json_length"], pipeline.check_count)
    outputs = {output.name: output for output in model.manifest.outputs}
    asked = request.outputs or tuple(
        OutputRequest.model_construct(name=name, binary=request.binary) for name in outputs
    )
    names = [output.name for output in asked]
    for name in names:
        if name not in outputs:
            raise Problem(400, f"no output {name[:80]!r}; this model has {', '.join(map(repr, outputs))}")
        if names.count(name) > 1:
            raise Problem(400, f"output {name!r} is asked for {names.count(name)} times; ask for it once")
    rows = _rows(pipeline, request.input)
    pipeline.check_answer(
        sum(_estimate_bytes(output, len(rows), outputs[output.name].classes, model) for output in asked)
    )
    place = request.input.name if request.input.datatype != "BYTES" else ""
    results = pipeline.infer(rows, place=place)
    top_level = {"model_name": model.manifest.name, "model_version": model.manifest.version}
    if request.id:
        top_level["id"] = request.id
    answers = [_output(output, results[output.name], model.labels_of(outputs[output.name])) for output in asked]
    payload, split = encode(top_level, answers)
    best = [float(row.max()) for row in model.primary(results)]
    return Frame({"json_length": split, "best": best}, payload)


def _rows(pipeline: Pipeline, tensor: Tensor) -> NDArray[Any]:
    """The tensor as rows of the model's input."""
    spec = pipeline.model.manifest.input
    name, shape = tensor.name[:80], tensor.array.shape
    if not shape or shape[0] < 1:
        raise Problem(400, f"{name}: shape {list(shape)} must begin with a number from 1")
    if tensor.datatype == "BYTES":
        if tensor.name != PICTURES or len(shape) > 2 or tensor.array.size != shape[0]:
            raise Problem(400, f"BYTES go into the input {PICTURES!r} with shape [n]; found {name!r}")
        items = enumerate(tensor.array.flat)
        return np.stack([pipeline.decode(item, place=f"{PICTURES}[{index}]").row for index, item in items])
    expected = DATATYPES[spec.dtype]
    if tensor.name != spec.name or tensor.datatype != expected or shape[1:] != spec.row_shape:
        raise Problem(
            400,
            f"expected input {spec.name!r} of {expected} with shape [n, {', '.join(map(str, spec.row_shape))}]; "
            f"found {name!r} of {tensor.datatype} with shape {list(shape)}",
        )
    return tensor.array


def _estimate_bytes(asked: OutputRequest, rows: int, classes: int, model: Model) -> int:
    if not asked.classes:
        return rows * classes * (4 if asked.binary else _BYTES_A_NUMBER)
    return rows * min(asked.classes, classes) * (model.longest_label * 4 + _BYTES_AN_ITEM)


def _output(asked: OutputRequest, probabilities: NDArray[np.float32], labels: tuple[str, ...]) -> Output:
    """The probabilities, or where classes are asked for, the texts of the most probable ones."""
    if not asked.classes:
        return Output(asked.name, probabilities, bool(asked.binary))
    names = labels or tuple(map(str, range(probabilities.shape[1])))
    texts = [
        [f"{probability:f}:{index}:{names[index]}".encode() for index, probability in top(row, asked.classes)]
        for row in probabilities
    ]
    return Output(asked.name, np.asarray(texts, object), bool(asked.binary))
