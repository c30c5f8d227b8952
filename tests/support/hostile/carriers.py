"""The ways in which a picture reaches the service."""

import base64
import json
import struct
from random import Random

from .attempt import Sent, Target, request
from .pictures import Drawn

_TYPES = ("image/jpeg", "image/png", "application/octet-stream", "text/plain", "application/pdf", "x/y", "")


def raw(source: Random, drawn: Drawn) -> Sent:
    """The body is the picture, of any Content-Type."""
    return Sent((request("POST", "/v1/classify", drawn.data, Content_Type=source.choice(_TYPES)),), label=drawn.label)


def form(source: Random, drawn: Drawn) -> Sent:
    """A multipart form with the picture in the field `image`."""
    mark = f"----{source.randrange(1 << 60):x}"
    body = part(mark, "image", drawn.data, filename="../../etc/passwd") + f"--{mark}--\r\n".encode()
    return Sent(
        (request("POST", "/v1/classify", body, Content_Type=f"multipart/form-data; boundary={mark}"),),
        label=drawn.label,
    )


def score(source: Random, drawn: Drawn) -> Sent:
    """The original sample's way: base64 inside JSON text inside JSON."""
    item = base64.b64encode(drawn.data).decode()
    items = json.dumps([f"b'{item}'" if source.random() < 0.5 else item])
    body = json.dumps({"input": items}).encode()
    return Sent((request("POST", "/score", body, Content_Type="application/json"),), "/score", drawn.label)


def tensor(source: Random, drawn: Drawn, target: Target) -> Sent:
    """The inference protocol: a BYTES element, binary or base64."""
    entry: dict[str, object] = {"name": target.picture, "datatype": "BYTES", "shape": [1]}
    if source.random() < 0.5:
        entry["data"] = [base64.b64encode(drawn.data).decode()]
        body = json.dumps({"inputs": [entry]}).encode()
        return Sent((request("POST", target.infer, body, Content_Type="application/json"),), target.infer)
    element = struct.pack("<I", len(drawn.data)) + drawn.data
    entry["parameters"] = {"binary_data_size": len(element)}
    head = json.dumps({"inputs": [entry]}).encode()
    length = {"Inference_Header_Content_Length": str(len(head))}
    return Sent((request("POST", target.infer, head + element, **length),), target.infer)


def part(mark: str, name: str, data: bytes, filename: str = "") -> bytes:
    """One part of a multipart body."""
    file = f'; filename="{filename}"' if filename else ""
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"{file}\r\nContent-Type: image/png\r\n\r\n'
    return head.encode() + data + b"\r\n"
