"""Faults of example files: each a sentence with the file, the place in it, what was found and what is allowed."""

import difflib
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from .example import AT_LEAST, AT_MOST, BASE64, JSON_TEXT, NEAR, ONE_OF, WITHIN, Example, Expect, Latency, Request

_PARTS: dict[tuple[str, ...], type[BaseModel]] = {
    (): Example,
    ("request",): Request,
    ("expect",): Expect,
    ("expect", "latency"): Latency,
}
_IN_REQUEST = (BASE64, JSON_TEXT)
_IN_ANSWER = (ONE_OF, AT_LEAST, AT_MOST, NEAR, WITHIN)
_NUMBERS = (AT_LEAST, AT_MOST, NEAR, WITHIN)


def of_shape(error: ValidationError) -> Iterator[str]:
    """The faults that pydantic found."""
    for fault in error.errors(include_url=False):
        where = tuple(str(part) for part in fault["loc"])
        path = ".".join(where) or "(whole)"
        if fault["type"] == "missing":
            yield f"{path}: is missing"
        elif fault["type"] == "extra_forbidden":
            yield f"{path}: found a field of this name, allowed are {_choice(where[-1], _fields(where[:-1]))}"
        elif fault["type"] == "json_invalid":
            yield f"{path}: {fault['msg']}"
        else:
            said = fault["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
            said = said.replace("String should match pattern", "text of the pattern")
            yield f"{path}: found {short(fault['input'])}, allowed is {said}"


def of_operators(example: Example) -> Iterator[str]:
    """Operators that do not exist, or cannot mean anything where they are."""
    if example.request.has_document:
        yield from _in_request(example.request.document, "request.json")
    if example.expect.has_document:
        yield from _in_answer(example.expect.document, "expect.json")


def files_of(example: Example) -> set[str]:
    """The files beside an example that it sends."""
    named = {example.request.file} if example.request.file else set()
    return named | set(_encoded(example.request.document))


def short(value: object) -> str:
    """A value in at most eighty characters."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _fields(where: tuple[str, ...]) -> tuple[str, ...]:
    part = _PARTS.get(where)
    return tuple(field.alias or name for name, field in part.model_fields.items()) if part else ()


def _choice(found: str, allowed: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(found, allowed, 1)
    return ", ".join(allowed) + (f"; {near[0]} may be meant" if near else "")


def _operators(value: dict[str, Any]) -> list[str]:
    return [key for key in value if key.startswith("$")]


def _in_request(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  # JSON of any shape
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _in_request(each, f"{path}.{index}")
    elif isinstance(value, dict):
        for key in _operators(value):
            if key not in _IN_REQUEST:
                yield f"{path}.{key}: found an operator of this name, allowed are {_choice(key, _IN_REQUEST)}"
            elif len(value) > 1:
                yield f"{path}.{key}: found beside {', '.join(k for k in value if k != key)}, allowed is {key} alone"
            elif key == BASE64 and not isinstance(value[key], str):
                yield f"{path}.{key}: found {short(value[key])}, allowed is the name of a file beside the example"
        for key, each in value.items():
            yield from _in_request(each, f"{path}.{key}")


def _in_answer(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  # JSON of any shape
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _in_answer(each, f"{path}.{index}")
    elif isinstance(value, dict):
        for key in _operators(value):
            yield from _of_operator(key, value[key], f"{path}.{key}")
        yield from _together(value, path)
        for key, each in value.items():
            yield from _in_answer(each, f"{path}.{key}")


def _of_operator(key: str, value: Any, place: str) -> Iterator[str]:  # noqa: ANN401  # JSON of any shape
    if key not in _IN_ANSWER:
        yield f"{place}: found an operator of this name, allowed are {_choice(key, _IN_ANSWER)}"
    elif key == ONE_OF and not (isinstance(value, list) and value):
        yield f"{place}: found {short(value)}, allowed is a list of alternatives"
    elif key in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
        yield f"{place}: found {short(value)}, allowed is a number"


def _together(value: dict[str, Any], path: str) -> Iterator[str]:
    """Faults of operators that stand beside something."""
    used = _operators(value)
    if used and len(used) < len(value):
        others = ", ".join(key for key in value if key not in used)
        yield f"{path}: found {others} beside {', '.join(used)}, allowed are fields or operators"
    if WITHIN in used and NEAR not in used:
        yield f"{path}.{WITHIN}: found without {NEAR}, allowed is: {NEAR}: 0.5, {WITHIN}: 0.1"
    if ONE_OF in used and len(used) > 1:
        yield f"{path}.{ONE_OF}: found beside other operators, allowed is {ONE_OF} alone"


def _encoded(value: Any) -> Iterator[str]:  # noqa: ANN401  # JSON of any shape
    if isinstance(value, list):
        for each in value:
            yield from _encoded(each)
    elif isinstance(value, dict):
        if isinstance(name := value.get(BASE64), str):
            yield name
        for each in value.values():
            yield from _encoded(each)
