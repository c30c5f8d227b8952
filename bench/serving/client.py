"""A small HTTP client that costs almost nothing, since it shares the cores with what it measures."""

import socket
from dataclasses import dataclass

Address = tuple[str, int]


@dataclass(frozen=True)
class Answer:
    """Status and body of one answer."""

    status: int
    body: bytes


def get(path: str) -> bytes:
    """The bytes of a GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


def post(path: str, photo: bytes) -> bytes:
    """The bytes of a request that posts a photo."""
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: image/jpeg\r\nContent-Length: {len(photo)}\r\n\r\n"
    return head.encode() + photo


class Connection:
    """One kept-alive connection. Raises OSError when the server closes it or is silent for too long."""

    def __init__(self, address: Address, timeout: float) -> None:
        self._socket = socket.create_connection(address, timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> Answer:
        """Send `request`, wait for the whole answer."""
        self._socket.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        length = _length(head)
        while len(body) < length:
            body += self._more()
        return Answer(int(head.split(b" ", 2)[1]), body)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _more(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionResetError("the server closed the connection before its answer was whole")
        return data


def ask(address: Address, request: bytes, timeout: float) -> Answer:
    """One request on a connection of its own."""
    connection = Connection(address, timeout)
    try:
        return connection.ask(request)
    finally:
        connection.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ConnectionError("an answer without Content-Length")
