"""The Open Inference Protocol's job: tensors or pictures in, probabilities out."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.scoring.bench import Bench
from app.scoring.model import Model, top
from app.scoring.problem import Problem
from app.scoring.protocol import DATATYPES, PICTURES
from app.scoring.protocol.answer import Output, answer
from app.scoring.protocol.request import Tensor, Wanted, parse
from app.scoring.wire import Frame


def infer(bench: Bench, head: dict[str, Any], body: bytes) -> Frame:
    """Probabilities for the request's one input."""
    asked = parse(body, head["json_length"])
    model = bench.model
    wanted = asked.outputs or (Wanted(model.manifest.output.name, asked.binary),)
    for output in wanted:
        if output.name != model.manifest.output.name:
            raise Problem(400, f"no output {output.name[:80]!r}; this model has {model.manifest.output.name!r}")
    if len(asked.inputs) != 1:
        raise Problem(400, f"expected exactly one input, found {len(asked.inputs)}")
    probabilities = bench.infer(_rows(bench, asked.inputs[0], head["max_pictures"]))
    top_level = {"model_name": model.manifest.name, "model_version": model.manifest.version}
    if asked.id:
        top_level["id"] = asked.id
    payload, split = answer(top_level, [_output(output, probabilities, model) for output in wanted])
    return Frame({"json_length": split, "best": [float(row.max()) for row in probabilities]}, payload)


def _rows(bench: Bench, tensor: Tensor, most: int) -> NDArray[Any]:
    """The tensor as rows of the model's input."""
    spec = bench.model.manifest.input
    count = math.prod(tensor.shape[:1])
    if not tensor.shape or not 1 <= count <= most:
        raise Problem(400, f"{tensor.name[:80]}: shape {list(tensor.shape)} must begin with 1 to {most}")
    if tensor.datatype == "BYTES":
        if tensor.name != PICTURES or len(tensor.shape) > 2 or math.prod(tensor.shape) != count:
            raise Problem(400, f"BYTES go into the input {PICTURES!r} with shape [n]; found {tensor.name[:80]!r}")
        places = [f"{PICTURES}[{index}]" for index in range(count)]
        return np.stack([bench.decode(item, place=place).row for item, place in zip(tensor.items, places, strict=True)])
    expected = DATATYPES[spec.dtype]
    if tensor.name != spec.name or tensor.datatype != expected or tensor.shape[1:] != spec.row_shape:
        raise Problem(
            400,
            f"expected input {spec.name!r} of {expected} with shape [n, {', '.join(map(str, spec.row_shape))}]; "
            f"found {tensor.name[:80]!r} of {tensor.datatype} with shape {list(tensor.shape)}",
        )
    assert tensor.array is not None
    return tensor.array


def _output(wanted: Wanted, probabilities: NDArray[np.float32], model: Model) -> Output:
    if not wanted.classes:
        return Output(wanted.name, probabilities, wanted.binary)
    count = min(wanted.classes, len(model.labels))
    items = tuple(
        f"{probability:f}:{index}:{model.labels[index]}".encode()
        for row in probabilities
        for index, probability in top(row, count)
    )
    return Output(wanted.name, None, wanted.binary, items, (len(probabilities), count))
