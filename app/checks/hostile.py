"""Requests that a started image must refuse, and go on: one of each kind that has ended servers before."""

import json
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .service import Address, CheckError, ask, probe

LIGHT = ("a score that is not JSON", "broken JSON", "JSON without input", "text", "unknown path", "wrong method")
"""Requests for a release that users ask too: nothing heavy is among them."""

_LOST = "scoring_workers_lost_total"
_MALFORMED = frozenset({400})
_TOO_LARGE = frozenset({413})
_NO_PICTURE = frozenset({415, 422})
_OVER_LIMIT = 64 << 20
_BOMB_SIDE = 20_000
_JSON = {"Content-Type": "application/json"}
_DEFLATED = {"Content-Encoding": "deflate"}


@dataclass(frozen=True)
class Request:
    """One request, and the statuses that are right for it. `empty` is where the original contract answers `{}`."""

    name: str
    statuses: frozenset[int]
    body: Callable[[], bytes | None]
    path: str = "/v1/classify"
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    empty: bool = False


def requests(picture: Path, model: str) -> Iterator[Request]:
    """Every hostile request. `picture` is one that the service can read, `model` the name of its model."""
    yield from _pictures(picture.read_bytes())
    yield from _documents(model)
    yield Request("unknown path", frozenset({404}), lambda: None, "/no-such-path", "GET")
    yield Request("path out of the page", frozenset({400, 404}), lambda: None, "/page/../../../etc/passwd", "GET")
    yield Request("wrong method", frozenset({405}), lambda: b"", "/v1/classify", "DELETE")
    yield Request("nonsense for top", _MALFORMED, picture.read_bytes, "/v1/classify?top=-1")


def refuse(service: Address, request: Request) -> int:
    """Send it; the status. Raises CheckError unless it is a right one with a body of the contract's form."""
    answer = ask(service, request.method, request.path, request.body(), headers=request.headers)
    said = answer.body[:200].decode(errors="replace")
    if answer.status not in request.statuses:
        allowed = " or ".join(map(str, sorted(request.statuses)))
        raise CheckError(f"{request.name}: answered {answer.status}, expected {allowed}: {said}")
    try:
        document = answer.json()
    except ValueError:
        raise CheckError(f"{request.name}: answered {answer.status} without JSON: {said}") from None
    if request.empty and document != {}:
        raise CheckError(f"{request.name}: answered {said}, expected {{}}")
    if not request.empty and not _explains(document, answer.status):
        raise CheckError(f"{request.name}: answered {answer.status} without saying why: {said}")
    return answer.status


def _explains(document: object, status: int) -> bool:
    """A problem document, or the inference protocol's form of one."""
    if not isinstance(document, dict):
        return False
    return (document.get("status") == status and bool(document.get("detail"))) or bool(document.get("error"))


def _pictures(good: bytes) -> Iterator[Request]:
    yield Request("no bytes at all", _MALFORMED, lambda: b"")
    yield Request("text", _NO_PICTURE, lambda: b"this is no picture\n" * 100)
    yield Request("HTML by the name of JPEG", _NO_PICTURE, lambda: b"<html>", headers={"Content-Type": "image/jpeg"})
    yield Request("half a picture", _NO_PICTURE, lambda: good[: len(good) // 2])
    yield Request("the first bytes of a picture, then noise", _NO_PICTURE | _TOO_LARGE, lambda: good[:24] + _noise())
    yield Request("a pickle", _NO_PICTURE, lambda: b"\x80\x04\x95cos\nsystem\n(S'true'\ntR.")
    yield Request("a decompression bomb", _TOO_LARGE, lambda: _png(_BOMB_SIDE, _BOMB_SIDE, rows=_BOMB_SIDE))
    yield Request("a header that lies", _NO_PICTURE | _TOO_LARGE, lambda: _png(2**31 - 1, 2**31 - 1, rows=1))
    yield Request("one pixel", frozenset({422}), lambda: _png(1, 1, rows=1))
    yield Request("a line of pixels", frozenset({413, 422}), lambda: _png(8000, 16, rows=16))
    yield Request("another format", frozenset({415}), lambda: b"II*\0" + bytes(200))
    # Declared and never sent: the service must not wait for what it would refuse.
    yield Request("more bytes than are allowed", _TOO_LARGE, lambda: b"", headers={"Content-Length": str(_OVER_LIMIT)})
    yield Request("a coded body", frozenset({415}), lambda: zlib.compress(good), headers=_DEFLATED)


def _documents(model: str) -> Iterator[Request]:
    infer = f"/v2/models/{model}/infer"
    lying = {"name": "picture", "datatype": "BYTES", "shape": [999_999_999], "data": ["AAAA"]}
    yield Request("a score that is not JSON", frozenset({415}), lambda: b"x", "/score", empty=True)
    yield Request("broken JSON", _MALFORMED, lambda: b'{"input": ', "/score", headers=_JSON)
    yield Request("JSON without input", _MALFORMED, lambda: b"{}", "/score", headers=_JSON)
    yield Request("deep JSON", _MALFORMED, lambda: b"[" * 200_000, "/score", headers=_JSON)
    yield Request("no base64", frozenset({400, 422}), lambda: b'{"input": "[\\"!!\\"]"}', "/score", headers=_JSON)
    yield Request(
        "a tensor that lies about its shape",
        frozenset({400, 413}),
        lambda: json.dumps({"inputs": [lying]}).encode(),
        infer,
        headers=_JSON,
    )
    yield Request("an unknown model", frozenset({404}), lambda: b"{}", "/v2/models/no-such/infer", headers=_JSON)


def _png(width: int, height: int, rows: int) -> bytes:
    """A grey picture of one bit a pixel that declares any size and holds `rows` black rows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    row = bytes(1 + min(width, 1 << 20) // 8 + 1)
    data = zlib.compress(row * rows, level=1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _noise() -> bytes:
    """The same bytes every time, without any order."""
    value, noise = 1, bytearray()
    for _ in range(20_000):
        value = (value * 1103515245 + 12345) % 2**31
        noise.append(value >> 16 & 255)
    return bytes(noise)


def check_workers(service: Address) -> str:
    """No worker had to be replaced. Raises CheckError."""
    lost = [line for line in probe(service, "/metrics").body.decode().splitlines() if line.startswith(f"{_LOST} ")]
    if not lost:
        raise CheckError(f"after the hostile requests: GET /metrics: lacks {_LOST}")
    if float(lost[0].split()[1]) > 0:
        raise CheckError(f"a hostile request ended a worker process: {lost[0]}")
    return "none was lost"
