"""Hostile inference requests: JSON and tensors."""

import base64
import json
import math
import struct
from random import Random
from typing import Any

from . import corpus
from .attempt import Sent, Target, request

_PICTURE = base64.b64encode(corpus.coloured("blue", "PNG")).decode()
_PADDED = ["x" * 10_000, *[1] * 20_000]
"""Numbers that would take 800 MB if each was padded to the text among them."""
_WIDTHS = {"FP32": 4, "UINT8": 1}


def tensor(target: Target, rows: int = 1) -> tuple[dict[str, Any], bytes]:
    """A valid input, to be spoilt, and its bytes."""
    size = rows * math.prod(target.row) * _WIDTHS[target.datatype]
    entry = {"name": target.tensor, "datatype": target.datatype, "shape": [rows, *target.row]}
    return entry, bytes(size)


def binary(target: Target, document: object, blob: bytes, length: str | None = None) -> Sent:
    """An inference request with binary data behind its JSON."""
    head = json.dumps(document).encode()
    length = str(len(head)) if length is None else length
    message = request("POST", target.infer, head + blob, Inference_Header_Content_Length=length)
    return Sent((message,), target.infer)


def posted(target: Target, document: object) -> Sent:
    """An inference request in JSON alone."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Sent((request("POST", target.infer, body, Content_Type="application/json"),), target.infer)


def valid(source: Random, target: Target) -> Sent:
    """Up to the row limit, binary and not."""
    entry, blob = tensor(target, source.choice((1, 2, 16)))
    outputs = [{"name": target.output, "parameters": {"binary_data": source.random() < 0.5}}]
    entry["parameters"] = {"binary_data_size": len(blob)}
    return binary(target, {"id": "x", "inputs": [entry], "outputs": outputs}, blob)


def text(source: Random, target: Target) -> Sent:
    """JSON that is no inference request."""
    entry, _ = tensor(target)
    good = {"name": target.picture, "datatype": "BYTES", "shape": [1], "data": [_PICTURE]}
    documents: tuple[object, ...] = (
        b"",
        b"{",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"inputs": [' * 50_000,
        source.randbytes(200),
        {},
        {"inputs": None},
        {"inputs": {}},
        {"inputs": []},
        {"inputs": [None]},
        {"inputs": [5, "x"]},
        {"inputs": [entry]},
        {"inputs": [entry | {"data": []}]},
        {"inputs": [entry | {"data": "AAAA"}]},
        {"inputs": [entry | {"data": [[1], [2, 3]]}]},
        {"inputs": [entry | {"data": [None] * 10}]},
        {"inputs": [entry | {"data": [{}]}]},
        {"inputs": [entry | {"data": _PADDED}]},
        {"inputs": [entry, entry]},
        {"inputs": [good | {"shape": [1], "data": ["%%%"]}]},
        {"inputs": [good | {"shape": [2], "data": [_PICTURE]}]},
        {"inputs": [good | {"shape": [-1], "data": [_PICTURE]}]},
        {"inputs": [good | {"shape": [1], "data": [5]}]},
        {"id": 5, "inputs": [good]},
        {
            "inputs": [good],
            "outputs": [{"name": "?"}],
        },
        {"inputs": [good], "outputs": {}},
    )
    return posted(target, source.choice(documents))


def too_many(source: Random, target: Target) -> Sent:
    """More pictures than a request may hold; most of them are not even one."""
    count = source.choice((17, 1000, 20_000))
    entry = {"name": target.picture, "datatype": "BYTES", "shape": [count]}
    entry["data"] = ["" if count > 17 else _PICTURE] * count
    return posted(target, {"inputs": [entry]})


def not_finite(source: Random, target: Target) -> Sent:
    """NaN and infinities, in JSON (which has no words for them) and in binary."""
    entry, blob = tensor(target)
    count = math.prod(target.row)
    if source.random() < 0.5:
        number = source.choice(("NaN", "Infinity", "-Infinity", "1e999", "1e39"))
        body = json.dumps({"inputs": [entry | {"datatype": "FP32", "data": []}]}).replace(
            "[]}]", f"[{number}{',0' * (count - 1)}]}}]"
        )
        return posted(target, body.encode())
    value = struct.pack("<f", source.choice((math.nan, math.inf, -math.inf)))
    entry |= {"datatype": "FP32", "parameters": {"binary_data_size": 4 * count}}
    place = 4 * source.randrange(count)
    blob = bytes(place) + value + bytes(4 * count - place - 4)
    return binary(target, {"inputs": [entry]}, blob)


def lying_sizes(source: Random, target: Target) -> Sent:
    """Sizes and lengths that do not fit together."""
    entry, blob = tensor(target)
    sizes: tuple[object, ...] = (
        0,
        1,
        -1,
        len(blob) - 1,
        len(blob) + 1,
        1 << 31,
        1 << 63,
        1 << 100,
        "12",
        None,
        True,
        1.5,
        [],
        {},
    )
    match source.randrange(4):
        case 0:
            return binary(
                target, {"inputs": [entry | {"parameters": {"binary_data_size": source.choice(sizes)}}]}, blob
            )
        case 1:
            entry["parameters"] = {"binary_data_size": len(blob)}
            lengths = ("0", "-1", "1", "99999999999", "1e3", "0x10", "٣", "", "4, 4", "+5")
            length = source.choice(lengths).encode().decode("latin-1")
            return binary(target, {"inputs": [entry]}, blob, length)
        case 2:
            entry["parameters"] = {"binary_data_size": len(blob)}
            return binary(target, {"inputs": [entry]}, blob + bytes(source.choice((1, 7, 4096))))
        case _:
            element = source.choice((b"\xff\xff\xff\xff", b"\x10\0\0\0abc", b"\0\0", b"\xff\xff\xff\x7f" + bytes(50)))
            given = {
                "name": target.picture,
                "datatype": "BYTES",
                "shape": [1],
                "parameters": {"binary_data_size": len(element)},
            }
            return binary(target, {"inputs": [given]}, element)


def shapes(source: Random, target: Target) -> Sent:
    """Shapes that are huge, negative, empty, not numbers, or simply another model's."""
    entry, blob = tensor(target)
    row = list(target.row)
    shapes: tuple[object, ...] = (
        [],
        [0, *row],
        [1],
        [-1, *row],
        [1 << 31, *row],
        [1 << 62, 1 << 62],
        [1 << 200],
        [17, *row],
        [1, 1, *row],
        [1, *row[::-1], 1],
        [1.0, *row],
        [True, *row],
        ["1", *row],
        [None],
        [1] * 1000,
        [1 << 16] * 4,
        [0] * 9,
        None,
        "1",
        {},
    )
    given = entry | {"shape": source.choice(shapes), "parameters": {"binary_data_size": len(blob)}}
    if source.random() < 0.3:
        given = entry | {"datatype": source.choice(("FP64", "INT8", "BOOL", "fp32", "", "BYTES", "FP16", "X" * 5000))}
        given["parameters"] = {"binary_data_size": len(blob)}
    return binary(target, {"inputs": [given]}, blob)


def unknown_model(source: Random, target: Target) -> Sent:
    names = ("nosuch", "..", "%2e%2e", target.model + "x", "a" * 2000, "%00", "%ff%fe", target.model + "/versions/999")
    path = f"/v2/models/{source.choice(names)}/infer"
    return Sent((request("POST", path, b"{}", Content_Type="application/json"),), "/v2/")
