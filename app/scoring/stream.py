"""A body on its way in: what of it came with the head, and what the socket still has to bring."""

import io
import time
from typing import Any

from gevent import socket


class BodyStream(io.RawIOBase):
    """A body of known length. `receive` is the short way to its bytes; as WSGI's input it can be read in any other."""

    def __init__(self, client: socket.socket, ahead: bytes, length: int, patience: float) -> None:
        """`patience` bounds the seconds of one `read`."""
        self._client = client
        self._patience = patience
        self._ahead = ahead
        self._left = length

    def receive(self, size: int, deadline: float) -> bytes:
        """The next bytes, at most `size`; none at the end, or where the sender will send no more.

        Raises TimeoutError where none have come by `deadline`, a moment of `time.monotonic`, and other OSErrors.
        """
        size = min(size, self._left)
        if self._ahead:
            piece, self._ahead = self._ahead[:size], self._ahead[size:]
        elif (seconds := deadline - time.monotonic()) > 0:
            # Unlike a gevent.Timeout around it all, this costs a timer only where there is something to wait for.
            self._client.settimeout(seconds)
            piece = self._client.recv(size) if size else b""
        else:
            raise TimeoutError
        self._left -= len(piece)
        return piece

    def behind(self) -> bytes | None:
        """What came behind the body; None where the body has not all come, so that nobody knows."""
        return self._ahead[self._left :] if self._left <= len(self._ahead) else None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  # whatever has the buffer protocol
        piece = self.receive(len(buffer), time.monotonic() + self._patience)
        buffer[: len(piece)] = piece
        return len(piece)
