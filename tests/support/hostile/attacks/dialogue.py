"""A conversation on one connection that shows whether the service ends it after its answer."""

import socket
from contextlib import suppress
from dataclasses import dataclass

from .attack import PATIENCE, Address
from .swift import LIVE

_MOST = 1 << 20


@dataclass(frozen=True)
class Heard:
    """The bytes that came: the first answer, and what followed when the client asked for more."""

    first: bytes
    second: bytes

    @property
    def status(self) -> int:
        """The status of the first answer; 0 where the connection was closed without one."""
        return _status(self.first)

    @property
    def version(self) -> bytes:
        """The version that the first answer carries, such as HTTP/1.1."""
        return self.first.partition(b" ")[0]

    @property
    def body(self) -> bytes:
        """The body of the first answer."""
        return self.first.partition(b"\r\n\r\n")[2]

    @property
    def stays(self) -> bool:
        """True where the service answered a further request on the connection."""
        return bool(self.second)

    def header(self, name: str) -> str:
        """One header of the first answer, or nothing."""
        for line in self.first.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]:
            key, _, value = line.decode("latin-1").partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return ""


def converse(address: Address, message: bytes) -> Heard:
    """Send a message, read its answer, then send an ordinary request and read all that still comes."""
    with socket.create_connection(address, PATIENCE) as client:
        with suppress(OSError):  # The service may answer, and close, before it has all.
            client.sendall(message)
        first, behind = _answer(client, b"")
        try:
            client.sendall(LIVE)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            return Heard(first, behind)
        return Heard(first, behind + _rest(client))


def _answer(client: socket.socket, data: bytes) -> tuple[bytes, bytes]:
    """The first answer, whole, and what came behind it."""
    while b"\r\n\r\n" not in data:
        piece = _received(client)
        if not piece:
            return data, b""
        data += piece
    head, _, _ = data.partition(b"\r\n\r\n")
    length = Heard(head + b"\r\n\r\n", b"").header("Content-Length")
    end = len(head) + 4 + int(length or 0)
    while len(data) < end and (piece := _received(client)):
        data += piece
    return data[:end], data[end:]


def _rest(client: socket.socket) -> bytes:
    data = b""
    while len(data) < _MOST and (piece := _received(client)):
        data += piece
    return data


def _received(client: socket.socket) -> bytes:
    try:
        return client.recv(65536)
    except ConnectionResetError:
        return b""


def _status(data: bytes) -> int:
    words = data.split(b" ", 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
