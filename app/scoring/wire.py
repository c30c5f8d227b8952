"""Frames between the pool and its workers: a JSON head and a body of bytes, each preceded by its length."""

import struct
from dataclasses import dataclass
from socket import MSG_WAITALL
from typing import Any

import orjson

_LENGTHS = struct.Struct("<II")
FORK = b"F"
STATUS = b"S"
ORDER = struct.Struct("<ci")
"""An order to the fork server: its kind, and the process id that STATUS asks for."""
EXIT_STATUS = struct.Struct("<i")
"""A process's exit code, or its signal as a negative number."""


@dataclass(frozen=True)
class Frame:
    """One message. `head` is small; `body` may be megabytes and is not copied needlessly."""

    head: dict[str, Any]
    body: bytes | bytearray


def send(sock: Any, frame: Frame) -> None:  # noqa: ANN401  # the standard library's socket or gevent's
    """Write one frame. Raises OSError."""
    head = orjson.dumps(frame.head)
    prefix = _LENGTHS.pack(len(head), len(frame.body)) + head
    sent = sock.sendmsg([prefix, frame.body])
    if sent < len(prefix):
        sock.sendall(prefix[sent:])
        sent = len(prefix)
    if sent < len(prefix) + len(frame.body):
        sock.sendall(memoryview(frame.body)[sent - len(prefix) :])


def receive(sock: Any) -> Frame | None:  # noqa: ANN401  # as above
    """Read one frame; None where the other end has closed. Raises OSError."""
    prefix = _exactly(sock, _LENGTHS.size)
    if prefix is None:
        return None
    head_length, body_length = _LENGTHS.unpack(prefix)
    head = _exactly(sock, head_length)
    body = _exactly(sock, body_length)
    if head is None or body is None:
        return None
    return Frame(orjson.loads(head), body)


def _exactly(sock: Any, size: int) -> bytes | None:  # noqa: ANN401  # as above
    """`size` bytes, nearly always by one call and without a copy."""
    if size == 0:
        return b""
    data: bytes = sock.recv(size, MSG_WAITALL)
    if len(data) == size:
        return data
    parts = []
    while data:
        parts.append(data)
        size -= len(data)
        if size == 0:
            return b"".join(parts)
        data = sock.recv(size, MSG_WAITALL)
    return None
