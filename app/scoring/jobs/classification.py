"""One picture: its most probable classes."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.scoring.manifest import Output
from app.scoring.model import Model, top
from app.scoring.pipeline import Pipeline
from app.scoring.problem import Problem
from app.scoring.wire import Frame

from .form import FIELD, read_picture

# The first word of a WordNet line names the synset, not the thing: `n02123045 tabby`.
_SYNSET = re.compile(r"^n\d{8}\s+")
_BYTES_A_CLASS = 100
"""Room for one class of an answer beside its label."""


def classify(pipeline: Pipeline, head: dict[str, Any], body: bytes) -> Frame:
    """The `top` classes of the picture that is the body, or the field of the form with `boundary`."""
    model, boundary = pipeline.model, head["boundary"]
    data = body if boundary is None else read_picture(body, boundary)
    if not data:
        raise Problem(400, f"the body is empty; send a picture, or a form with one in the field {FIELD!r}")
    pipeline.check_answer(head["top"] * (model.longest_label + _BYTES_A_CLASS) * len(model.manifest.outputs))
    picture, outputs = pipeline.classify(data)
    manifest = model.manifest
    named = {
        output.name: _name_classes(model, output, outputs[output.name], head["top"]) for output in manifest.outputs
    }
    classes = named.pop(manifest.output.name)
    result = {
        "image": {"format": picture.format, "width": picture.width, "height": picture.height},
        "classes": classes,
    }
    if named:
        result["outputs"] = named
    return Frame({"result": result, "best": [classes[0]["probability"]]})


def _name_classes(model: Model, output: Output, probabilities: NDArray[np.float32], count: int) -> list[dict[str, Any]]:
    labels = model.labels_of(output)
    return [
        {
            "index": index,
            "label": _SYNSET.sub("", labels[index]) if labels else str(index),
            "probability": probability,
        }
        for index, probability in top(probabilities, count)
    ]
