"""Frames between the pool and its workers: a JSON head and a body of bytes, each preceded by its length."""

import struct
from dataclasses import dataclass
from typing import Any

import orjson

FORK = 0
NUMBER = struct.Struct("<i")
"""An order to the fork server, and its answer: for FORK the process id of a new worker, for a process id the exit code
of that worker or its signal as a negative number."""
_LENGTHS = struct.Struct("<II")


@dataclass(frozen=True)
class Frame:
    """One message. `head` is small; `body` may be megabytes and is not copied."""

    head: dict[str, Any]
    body: bytes | bytearray = b""


def send(sock: Any, frame: Frame) -> None:  # noqa: ANN401  # the standard library's socket or gevent's
    """Write one frame. Raises OSError."""
    head = orjson.dumps(frame.head)
    sock.sendall(_LENGTHS.pack(len(head), len(frame.body)) + head)
    sock.sendall(frame.body)


def receive(sock: Any) -> Frame | None:  # noqa: ANN401  # the standard library's socket or gevent's
    """Read one frame; None where the other end has closed. Raises OSError."""
    if (lengths := _exactly(sock, _LENGTHS.size)) is None:
        return None
    head, body = (_exactly(sock, length) for length in _LENGTHS.unpack(lengths))
    return None if head is None or body is None else Frame(orjson.loads(head), body)


def _exactly(sock: Any, size: int) -> bytearray | None:  # noqa: ANN401  # the standard library's socket or gevent's
    """`size` bytes; None where the other end has closed before them."""
    data = bytearray(size)
    left = memoryview(data)
    while left:
        if (received := sock.recv_into(left)) == 0:
            return None
        left = left[received:]
    return data
