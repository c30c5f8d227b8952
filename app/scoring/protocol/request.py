"""Requests of the Open Inference Protocol v2, with its binary tensor and classification extensions, from their bytes.

Pure. Every fault is a Problem that names the member at fault.
"""

import base64
import binascii
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from app.scoring.problem import Problem

_DTYPES: dict[str, Any] = {"UINT8": np.dtype("u1"), "FP32": np.dtype("<f4")}
_MAX_PARTS = 64
"""Inputs and outputs of one request."""
_MAX_LENGTH_DIGITS = 12

CheckCount = Callable[[int, str], None]
"""Refuses a number of pictures or rows in one request; the text names the place."""
Size = Annotated[StrictInt, Field(ge=0, lt=1 << 31)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _InputParameters(_Part):
    binary_data_size: Annotated[StrictInt, Field(ge=0)] | None = None
    content_type: Any = None


class _Input(_Part):
    name: StrictStr
    datatype: Literal["BYTES", "UINT8", "FP32"]
    shape: Annotated[tuple[Size, ...], Field(max_length=8)]
    parameters: _InputParameters = _InputParameters()
    # Judged as an array: a validation of each number would take a hundred times as long.
    data: Any = None


class _OutputParameters(_Part):
    binary_data: StrictBool | None = None
    classification: Annotated[StrictInt, Field(ge=0)] = 0


class _Output(_Part):
    name: StrictStr
    parameters: _OutputParameters = _OutputParameters()


class _Parameters(_Part):
    binary_data_output: StrictBool = False


class _Request(_Part):
    id: StrictStr = ""
    inputs: Annotated[tuple[_Input, ...], Field(max_length=_MAX_PARTS)]
    outputs: Annotated[tuple[_Output, ...], Field(max_length=_MAX_PARTS)] = ()
    parameters: _Parameters = _Parameters()


@dataclass(frozen=True)
class Tensor:
    """One input: numbers in `array`, or byte strings in `items`."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    array: NDArray[Any] | None = None
    items: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class OutputRequest:
    """One output as the client asks for it: as text or binary, whole or as its `classes` most probable."""

    name: str
    binary: bool
    classes: int = 0


@dataclass(frozen=True)
class InferenceRequest:
    """A parsed request; `outputs` is empty where the client asks for all that there are."""

    id: str
    input: Tensor
    outputs: tuple[OutputRequest, ...]
    binary: bool


def parse(body: bytes, json_length: str | None, check_count: CheckCount) -> InferenceRequest:
    """Read a request body; `json_length` is the header Inference-Header-Content-Length where it was sent."""
    split = len(body) if json_length is None else _split(json_length, len(body))
    try:
        request = _Request.model_validate(orjson.loads(body[:split]))
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise Problem(400, f"the request is not JSON: {error}") from None
    except ValidationError as error:
        raise Problem(400, _explain(error)) from None
    binary = request.parameters.binary_data_output
    outputs = []
    for output in request.outputs:
        own = output.parameters.binary_data
        outputs.append(OutputRequest(output.name, binary if own is None else own, output.parameters.classification))
    if len(request.inputs) != 1:
        raise Problem(400, f"expected exactly one input, found {len(request.inputs)}")
    (given,) = request.inputs
    if given.shape:
        check_count(math.prod(given.shape) if given.datatype == "BYTES" else given.shape[0], given.name[:80])
    return InferenceRequest(request.id, _tensor(given, body[split:]), tuple(outputs), binary)


def _split(json_length: str, size: int) -> int:
    digits = json_length.isascii() and json_length.isdigit() and len(json_length) <= _MAX_LENGTH_DIGITS
    if not digits or int(json_length) > size:
        raise Problem(400, f"Inference-Header-Content-Length {json_length[:20]!r} is not within the body's {size}")
    return int(json_length)


_WORDS = {
    "missing": "is missing",
    "string_type": "must be a string",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "too_long": "may have {max_length} elements, found {actual_length}",
    "int_type": "must be a whole number from 0",
    "greater_than_equal": "must be a whole number from 0",
    "less_than": "must be a whole number from 0 and less than {lt}",
    "literal_error": "must be {expected}",
}
"""The words for each of pydantic's kinds of fault; what is not listed is a value that should be an object."""


def _explain(error: ValidationError) -> str:
    """The first faults, each with its place; values are left out, since they may be megabytes."""
    faults = error.errors(include_url=False, include_input=False)[:3]
    return "; ".join(
        f"{_place(fault['loc'])} " + _WORDS.get(fault["type"], "must be an object").format(**fault.get("ctx", {}))
        for fault in faults
    )


def _place(path: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")[:120] or "the request"


def _tensor(given: _Input, tail: bytes) -> Tensor:
    """The one input; `tail` is the binary part behind the JSON, which it must use whole."""
    size, place = given.parameters.binary_data_size, "inputs[0]"
    if (size or 0) != len(tail):
        raise Problem(400, f"{place}: binary_data_size is {size or 0}; {len(tail)} bytes follow the JSON")
    if given.datatype != "BYTES":
        numbers = _from_json if size is None else _from_binary
        array = numbers(given.data if size is None else tail, given.datatype, given.shape, place)
        return Tensor(given.name, given.datatype, given.shape, array)
    count = math.prod(given.shape)
    items = _texts(given.data, count, place) if size is None else _unpack(tail, count, place)
    if size is None or given.parameters.content_type == "base64":
        items = tuple(_from_base64(item, f"{place}[{index}]") for index, item in enumerate(items))
    return Tensor(given.name, given.datatype, given.shape, items=items)


def _from_binary(blob: bytes, datatype: str, shape: tuple[int, ...], place: str) -> NDArray[Any]:
    dtype = _DTYPES[datatype]
    needed = math.prod(shape) * dtype.itemsize
    if len(blob) != needed:
        raise Problem(400, f"{place}: {datatype} of shape {list(shape)} needs {needed} bytes, found {len(blob)}")
    return _check_finite(np.frombuffer(blob, dtype).reshape(shape), place)


def _from_json(data: object, datatype: str, shape: tuple[int, ...], place: str) -> NDArray[Any]:
    if not isinstance(data, list):
        raise Problem(400, f"{place}.data must be a list")
    try:
        numbers = np.asarray(data)
    except ValueError:
        raise Problem(400, f"{place}.data must be a list of numbers, flat or nested evenly") from None
    if numbers.size and numbers.dtype.kind not in "iuf":
        raise Problem(400, f"{place}.data must hold nothing but numbers")
    if numbers.size != math.prod(shape):
        raise Problem(400, f"{place}: shape {list(shape)} needs {math.prod(shape)} numbers, found {numbers.size}")
    if datatype == "UINT8" and not (
        ((numbers >= 0) & (numbers <= 255)).all() and (numbers.dtype.kind in "iu" or (numbers % 1 == 0).all())
    ):
        raise Problem(400, f"{place}.data must hold whole numbers from 0 to 255")
    with np.errstate(over="ignore"):  # beyond float32 becomes infinite, and is refused as such
        return _check_finite(numbers.astype(_DTYPES[datatype]).reshape(shape), place)


def _check_finite(array: NDArray[Any], place: str) -> NDArray[Any]:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise Problem(400, f"{place}: holds NaN or infinite numbers")
    return array


def _texts(data: object, count: int, place: str) -> tuple[bytes, ...]:
    """The strings of a list, flat or nested, in order."""
    if not isinstance(data, list):
        raise Problem(400, f"{place}.data must be a list")
    flat: list[bytes] = []
    pending: list[Any] = data[::-1]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(value[::-1])
        elif isinstance(value, str):
            flat.append(value.encode())
        else:
            raise Problem(400, f"{place}.data must hold nothing but strings")
    if len(flat) != count:
        raise Problem(400, f"{place}: the shape needs {count} elements, found {len(flat)}")
    return tuple(flat)


def _unpack(blob: bytes, count: int, place: str) -> tuple[bytes, ...]:
    """The `count` byte strings of a binary part, each behind its length."""
    items: list[bytes] = []
    position = 0
    while position < len(blob):
        if len(items) == count:
            raise Problem(400, f"{place}: the shape needs {count} elements; {len(blob) - position} bytes follow them")
        if position + 4 > len(blob):
            raise Problem(400, f"{place}: the data end within an element's length")
        (size,) = struct.unpack_from("<I", blob, position)
        position += 4
        if position + size > len(blob):
            raise Problem(400, f"{place}: an element claims {size} bytes; {len(blob) - position} are left")
        items.append(blob[position : position + size])
        position += size
    if len(items) != count:
        raise Problem(400, f"{place}: the shape needs {count} elements, found {len(items)}")
    return tuple(items)


def _from_base64(item: bytes, place: str) -> bytes:
    try:
        return base64.b64decode(item, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem(400, f"{place}: not base64: {error}") from None
