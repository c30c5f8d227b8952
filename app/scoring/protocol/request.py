"""Requests of the Open Inference Protocol v2, with its binary tensor and classification extensions, from their bytes.

Pure. Every fault is a Problem 400 that names the member at fault.
"""

import base64
import binascii
import math
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from app.scoring.problem import Problem

_DTYPES: dict[str, Any] = {"UINT8": np.dtype("u1"), "FP32": np.dtype("<f4")}
_MOST_DIMENSIONS = 8


@dataclass(frozen=True)
class Tensor:
    """One input: numbers in `array`, or byte strings in `items`."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    array: NDArray[Any] | None = None
    items: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """One output as the client wants it: as text or binary, whole or as its `classes` most probable."""

    name: str
    binary: bool
    classes: int = 0


@dataclass(frozen=True)
class InferenceRequest:
    """A parsed request; `outputs` is empty where the client wants whatever there is."""

    id: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Wanted, ...]
    binary: bool


def parse(body: bytes, json_length: str | None) -> InferenceRequest:
    """Read a request body; `json_length` is the header Inference-Header-Content-Length where it was sent."""
    split = len(body)
    if json_length is not None:
        if not json_length.isascii() or not json_length.isdigit() or int(json_length[:12]) > len(body):
            raise Problem(400, f"Inference-Header-Content-Length {json_length[:20]!r} is not within the body's {split}")
        split = int(json_length)
    try:
        document = orjson.loads(body[:split])
    except (ValueError, RecursionError) as error:
        raise Problem(400, f"the request is not JSON: {error}") from None
    document = _member(document, dict, "the request")
    tail = _Tail(body, split)
    inputs = tuple(
        _input(given, f"inputs[{index}]", tail)
        for index, given in enumerate(_member(document.get("inputs"), list, "inputs"))
    )
    tail.check_used()
    parameters = _member(document.get("parameters", {}), dict, "parameters")
    binary = parameters.get("binary_data_output", False) is True
    outputs = tuple(
        _wanted(given, f"outputs[{index}]", binary=binary)
        for index, given in enumerate(_member(document.get("outputs", []), list, "outputs"))
    )
    return InferenceRequest(_member(document.get("id", ""), str, "id"), inputs, outputs, binary)


class _Tail:
    """The binary part behind the JSON, taken piece by piece in the order of the inputs."""

    def __init__(self, body: bytes, start: int) -> None:
        self._body = body
        self._position = start

    def take(self, size: int, place: str) -> bytes:
        left = len(self._body) - self._position
        if size > left:
            raise Problem(400, f"{place}: binary_data_size is {size}; {left} bytes are left in the body")
        self._position += size
        return self._body[self._position - size : self._position]

    def check_used(self) -> None:
        if self._position != len(self._body):
            left = len(self._body) - self._position
            raise Problem(400, f"{left} bytes follow the last input; each input's binary_data_size must cover its data")


def _input(given: object, place: str, tail: _Tail) -> Tensor:
    entry = _member(given, dict, place)
    name = _member(entry.get("name"), str, f"{place}.name")
    datatype = _member(entry.get("datatype"), str, f"{place}.datatype")
    shape = _shape(entry.get("shape"), f"{place}.shape")
    parameters = _member(entry.get("parameters", {}), dict, f"{place}.parameters")
    size = parameters.get("binary_data_size")
    if datatype != "BYTES" and datatype not in _DTYPES:
        raise Problem(400, f"{place}.datatype must be BYTES, {' or '.join(_DTYPES)}; found {datatype[:40]!r}")
    if size is not None:
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            raise Problem(400, f"{place}: binary_data_size must be a whole number from 0")
        blob = tail.take(size, place)
        if datatype == "BYTES":
            items = _unpacked(blob, place)
        else:
            return Tensor(name, datatype, shape, _from_binary(blob, datatype, shape, place))
    elif datatype == "BYTES":
        items = _texts(entry.get("data"), place)
    else:
        return Tensor(name, datatype, shape, _from_json(entry.get("data"), datatype, shape, place))
    if len(items) != math.prod(shape):
        raise Problem(400, f"{place}: shape {list(shape)} needs {math.prod(shape)} elements, found {len(items)}")
    if size is None or parameters.get("content_type") == "base64":
        items = tuple(_from_base64(item, f"{place}[{index}]") for index, item in enumerate(items))
    return Tensor(name, datatype, shape, items=items)


def _wanted(given: object, place: str, *, binary: bool) -> Wanted:
    entry = _member(given, dict, place)
    parameters = _member(entry.get("parameters", {}), dict, f"{place}.parameters")
    classes = parameters.get("classification", 0)
    if isinstance(classes, bool) or not isinstance(classes, int) or classes < 0:
        raise Problem(400, f"{place}: classification must be a whole number from 0")
    return Wanted(
        _member(entry.get("name"), str, f"{place}.name"), parameters.get("binary_data", binary) is True, classes
    )


def _shape(given: object, place: str) -> tuple[int, ...]:
    sizes = _member(given, list, place)
    if len(sizes) > _MOST_DIMENSIONS or not all(type(size) is int and 0 <= size < 1 << 31 for size in sizes):
        raise Problem(400, f"{place} must be a list of at most {_MOST_DIMENSIONS} whole numbers from 0")
    return tuple(sizes)


def _from_binary(blob: bytes, datatype: str, shape: tuple[int, ...], place: str) -> NDArray[Any]:
    dtype = _DTYPES[datatype]
    needed = math.prod(shape) * dtype.itemsize
    if len(blob) != needed:
        raise Problem(400, f"{place}: {datatype} of shape {list(shape)} needs {needed} bytes, found {len(blob)}")
    return _finite(np.frombuffer(blob, dtype).reshape(shape), place)


def _from_json(data: object, datatype: str, shape: tuple[int, ...], place: str) -> NDArray[Any]:
    try:
        numbers = np.asarray(_member(data, list, f"{place}.data"))
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
        return _finite(numbers.astype(_DTYPES[datatype]).reshape(shape), place)


def _finite(array: NDArray[Any], place: str) -> NDArray[Any]:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise Problem(400, f"{place}: holds NaN or infinite numbers")
    return array


def _texts(data: object, place: str) -> tuple[bytes, ...]:
    flat: list[bytes] = []
    level = [_member(data, list, f"{place}.data")]
    while level:
        for value in level.pop():
            if isinstance(value, list):
                level.append(value)
            else:
                flat.append(_member(value, str, f"{place}.data[]").encode())
    return tuple(flat)


def _unpacked(blob: bytes, place: str) -> tuple[bytes, ...]:
    items, position = [], 0
    while position < len(blob):
        if position + 4 > len(blob):
            raise Problem(400, f"{place}: the data end within an element's length")
        (size,) = struct.unpack_from("<I", blob, position)
        position += 4
        if position + size > len(blob):
            raise Problem(400, f"{place}: an element claims {size} bytes; {len(blob) - position} are left")
        items.append(blob[position : position + size])
        position += size
    return tuple(items)


def _from_base64(item: bytes, place: str) -> bytes:
    try:
        return base64.b64decode(item, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem(400, f"{place}: not base64: {error}") from None


_KINDS: dict[type[Any], str] = {dict: "an object", list: "a list", str: "a string"}


def _member(value: object, kind: type[Any], place: str) -> Any:  # noqa: ANN401  # the kind asked for
    if not isinstance(value, kind):
        raise Problem(400, f"{place} must be {_KINDS[kind]}")
    return value
