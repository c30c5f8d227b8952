"""The original sample's job: base64 pictures inside JSON text inside JSON, top three as percentages."""

import base64
import binascii
from typing import Any

import orjson

from app.scoring.model import top
from app.scoring.pipeline import Pipeline
from app.scoring.problem import Problem
from app.scoring.wire import Frame

_TOP = 3


def score(pipeline: Pipeline, head: dict[str, Any], body: bytes) -> Frame:  # noqa: ARG001  # a job's signature
    """The top three of each picture in the request, in its order."""
    model = pipeline.model
    items = _items(body)
    pipeline.check_count(len(items), "input")
    answers, best = [], []
    for index, item in enumerate(items):
        place = f"input[{index}]"
        _, outputs = pipeline.classify(_decode_base64(item, place), place=place)
        classes = top(model.primary(outputs), _TOP)
        answers.append([(model.labels[i], probability * 100) for i, probability in classes])
        best.append(classes[0][1])
    return Frame({"best": best}, orjson.dumps(answers))


def _items(body: bytes) -> list[Any]:
    """The list in `input`, given as a JSON text (the original's way) or as a list."""
    document = _json(body, "the body")
    if not isinstance(document, dict) or "input" not in document:
        raise Problem(400, 'the body must be a JSON object with the member "input"')
    items = document["input"]
    if isinstance(items, str):
        items = _json(items, "input")
    if not isinstance(items, list):
        raise Problem(400, f"input must be a list of base64 strings, or its JSON text; found {_kind(items)}")
    return items


def _decode_base64(item: object, place: str) -> bytes:
    if not isinstance(item, str):
        raise Problem(400, f"{place}: expected a base64 string, found {_kind(item)}")
    if item[:2] in ("b'", 'b"'):
        item = item[2:-1]
    try:
        return base64.b64decode("".join(item.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem(400, f"{place}: not base64: {error}") from None


def _json(text: bytes | str, place: str) -> Any:  # noqa: ANN401  # any JSON value
    try:
        return orjson.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem(400, f"{place} is not JSON: {error}") from None


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")
