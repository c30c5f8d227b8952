"""Requests of the Open Inference Protocol v2, with its binary tensor and classification extensions, from their bytes.

Pure. Every fault is a Problem that names the member at fault.
"""

import base64
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import AliasPath, BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from app.scoring.problem import Problem

_DTYPES: dict[str, Any] = {"UINT8": np.dtype("u1"), "FP32": np.dtype("<f4")}
_MAX_PARTS = 64
"""Inputs and outputs of one request."""
_MAX_LENGTH_DIGITS = 12
_LENGTH_BYTES = 4

CheckCount = Callable[[int, str], None]
"""Refuses a number of pictures or rows in one request; the text names the place."""
Count = Annotated[StrictInt, Field(ge=0)]
Size = Annotated[StrictInt, Field(ge=0, lt=1 << 31)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    parameters: dict[str, Any] = {}


def _parameter(name: str, default: Any) -> Any:  # noqa: ANN401  # as pydantic's own Field
    return Field(default, validation_alias=AliasPath("parameters", name))


class _Input(_Part):
    name: StrictStr
    datatype: Literal["BYTES", "UINT8", "FP32"]
    shape: Annotated[tuple[Size, ...], Field(max_length=8)]
    # Judged as an array: a validation of each number would take a hundred times as long.
    data: Any = None
    binary_size: Count | None = _parameter("binary_data_size", None)
    content_type: Any = _parameter("content_type", None)


class OutputRequest(_Part):
    """One output as the client asks for it: as text or binary, whole or as its `classes` most probable."""

    name: StrictStr
    binary: StrictBool | None = _parameter("binary_data", None)
    classes: Count = _parameter("classification", 0)


class _Request(_Part):
    id: StrictStr = ""
    inputs: Annotated[tuple[_Input, ...], Field(max_length=_MAX_PARTS)]
    outputs: Annotated[tuple[OutputRequest, ...], Field(max_length=_MAX_PARTS)] = ()
    binary: StrictBool = _parameter("binary_data_output", False)  # noqa: FBT003  # a default, not an argument


@dataclass(frozen=True)
class Tensor:
    """One input: an array of numbers, or of byte strings, which are objects to numpy."""

    name: str
    datatype: str
    array: NDArray[Any]


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
    if len(request.inputs) != 1:
        raise Problem(400, f"expected exactly one input, found {len(request.inputs)}")
    (given,) = request.inputs
    if given.shape:
        check_count(math.prod(given.shape) if given.datatype == "BYTES" else given.shape[0], given.name[:80])
    inherited = {"binary": request.binary}
    outputs = [
        output if output.binary is not None else output.model_copy(update=inherited) for output in request.outputs
    ]
    return InferenceRequest(request.id, _tensor(given, body[split:]), tuple(outputs), request.binary)


def _split(json_length: str, size: int) -> int:
    digits = json_length.isascii() and json_length.isdigit() and len(json_length) <= _MAX_LENGTH_DIGITS
    if not digits or int(json_length) > size:
        raise Problem(400, f"Inference-Header-Content-Length {json_length[:20]!r} is not within the body's {size}")
    return int(json_length)


def _explain(error: ValidationError) -> str:
    """The first faults, each with its place; values are left out, since they may be megabytes."""
    faults = error.errors(include_url=False, include_input=False)[:3]
    return "; ".join(f"{_place(fault['loc'])}: {fault['msg']}" for fault in faults)


def _place(path: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")[:120] or "the request"


def _tensor(given: _Input, tail: bytes) -> Tensor:
    """The one input; `tail` is the binary part behind the JSON, which it must use whole."""
    size, place = given.binary_size, "inputs[0]"
    if (size or 0) != len(tail):
        raise Problem(400, f"{place}: binary_data_size is {size or 0}; {len(tail)} bytes follow the JSON")
    if given.datatype == "BYTES":
        array = _strings(given, tail, place)
    elif size is None:
        array = _numbers(given.data, given.datatype, place)
    else:
        array = _from_binary(tail, given.datatype, place)
    if array.size != math.prod(given.shape):
        shape = list(given.shape)
        raise Problem(400, f"{place}: shape {shape} needs {math.prod(shape)} elements, found {array.size}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise Problem(400, f"{place}: holds NaN or infinite numbers")
    return Tensor(given.name, given.datatype, array.reshape(given.shape))


def _strings(given: _Input, tail: bytes, place: str) -> NDArray[Any]:
    binary = given.binary_size is not None
    items: Any = (
        _unpack(tail, math.prod(given.shape), place) if binary else _elements(given.data, {str}, "strings", place)
    )
    if not binary or given.content_type == "base64":
        items = [_from_base64(item, f"{place}[{index}]") for index, item in enumerate(items)]
    return np.asarray(items, object)


def _from_binary(blob: bytes, datatype: str, place: str) -> NDArray[Any]:
    dtype = _DTYPES[datatype]
    if len(blob) % dtype.itemsize:
        raise Problem(400, f"{place}: {datatype} takes {dtype.itemsize} bytes an element, found {len(blob)} bytes")
    return np.frombuffer(blob, dtype)


def _numbers(data: object, datatype: str, place: str) -> NDArray[Any]:
    numbers = _elements(data, {int, float}, "numbers", place).astype(np.float64)
    if datatype == "UINT8" and not ((numbers >= 0) & (numbers <= 255) & (numbers % 1 == 0)).all():
        raise Problem(400, f"{place}.data must hold whole numbers from 0 to 255")
    with np.errstate(over="ignore"):  # beyond float32 becomes infinite, and is refused as such
        return numbers.astype(_DTYPES[datatype])


def _elements(data: object, kinds: set[type], word: str, place: str) -> NDArray[Any]:
    """The elements of a list in order, as objects: a long string among numbers would make numpy pad them all to it."""
    if not isinstance(data, list):
        raise Problem(400, f"{place}.data must be a list")
    elements = np.asarray(data, object).ravel()
    if not set(map(type, elements)) <= kinds:
        raise Problem(400, f"{place}.data must hold nothing but {word}, flat or nested evenly")
    return elements


def _unpack(blob: bytes, count: int, place: str) -> list[bytes]:
    """The `count` byte strings of a binary part, each behind its length."""
    items: list[bytes] = []
    position = 0
    while len(items) < count:
        start = position + _LENGTH_BYTES
        end = start + int.from_bytes(blob[position:start], "little")
        if end > len(blob):
            raise Problem(400, f"{place}: the data end within element {len(items)} of the {count} that the shape needs")
        items.append(blob[start:end])
        position = end
    if position < len(blob):
        raise Problem(400, f"{place}: the shape needs {count} elements; {len(blob) - position} bytes follow them")
    return items


def _from_base64(item: bytes | str, place: str) -> bytes:
    try:
        return base64.b64decode(item, validate=True)
    except ValueError as error:
        raise Problem(400, f"{place}: not base64: {error}") from None
