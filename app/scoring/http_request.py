"""Requests as gunicorn reads them, with bounds that gunicorn does not set.

A head is handed to gunicorn's parser once it is whole: the parser copies and searches all it has at each piece, so a
head that drips would cost processor time for each byte. A body is invited only when the app reads it.
"""

import re
from collections.abc import Callable
from typing import Any

from gevent import socket
from gunicorn.http.body import EOFReader, LengthReader
from gunicorn.http.errors import InvalidHeader, LimitRequestHeaders, LimitRequestLine, NoMoreData
from gunicorn.http.message import Request
from gunicorn.http.parser import Parser
from gunicorn.http.unreader import Unreader

MAX_HEAD_BYTES = 16 * 1024
# A bare line feed ends the reading too: the parser refuses it at once, where its end would never come.
_END = re.compile(rb"\r\n\r\n|(?<!\r)\n")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class RequestBody:
    """WSGI's input for one request. The first read answers `Expect: 100-continue`."""

    def __init__(self, reader: Any, client: socket.socket, *, invite: bool) -> None:  # noqa: ANN401  # gunicorn ships no types
        self._reader = reader
        self._client = client
        self._invite = invite
        self._completed: Callable[[], None] = lambda: None

    def is_complete(self) -> bool:
        """True once no byte of it is left to read; a chunked body never is, because the app refuses it."""
        return isinstance(self._reader, LengthReader) and self._reader.length == 0

    def read(self, size: int) -> bytes:
        """The next `size` bytes; fewer only where the client sends no more. Raises OSError."""
        if self.is_complete():
            return b""
        if self._invite:
            self._invite = False
            self._client.sendall(_CONTINUE)
        data: bytes = self._reader.read(size)
        if self.is_complete():
            self._completed()
        return data

    def when_complete(self, callback: Callable[[], None]) -> None:
        """Call `callback` once the body is read whole, now where there is none."""
        self._completed = callback
        if self.is_complete():
            callback()


class ScoringRequest(Request):  # type: ignore[misc]  # gunicorn ships no types
    """One request, its head whole before it is parsed."""

    version: tuple[int, int]
    body: Any
    _expected_100_continue: bool

    def parse(self, unreader: Unreader) -> bytes:
        """Read and judge the head; the bytes behind it. Raises gunicorn's errors."""
        unreader.unread(_read_head(unreader))
        behind: bytes = super().parse(unreader)
        if self.version >= (1, 1) and not any(name == "HOST" for name, _ in self.headers):
            raise InvalidHeader("HOST is missing", req=self)
        # RFC 9110, 2.5: the answer carries the server's own version; the minor version asked for is no matter.
        self.version = min(self.version, (1, 1))
        return behind

    def set_body_reader(self) -> None:
        """Give the app a body that it has to ask for; without Content-Length there is none."""
        super().set_body_reader()
        reader = self.body.reader
        if isinstance(reader, EOFReader):
            reader = LengthReader(self.unreader, 0)
        self.body = RequestBody(reader, self.unreader.sock, invite=self._expected_100_continue)
        self._expected_100_continue = False

    def should_close(self) -> bool:
        """True where the client closes, or the app left a part of the body: what follows is then no request."""
        asked = ",".join(value for name, value in self.headers if name == "CONNECTION")
        tokens = {token.strip().lower() for token in asked.split(",")}
        return not self.body.is_complete() or "close" in tokens or bool(super().should_close())


class ScoringParser(Parser):  # type: ignore[misc]  # gunicorn ships no types
    """The requests of one connection."""

    mesg_class = ScoringRequest


def _read_head(unreader: Unreader) -> bytes:
    """All bytes up to the end of a head, and what came with them. Raises StopIteration where none come."""
    head = bytearray()
    while True:
        piece = unreader.read()
        if not piece:
            raise NoMoreData(bytes(head)) if head else StopIteration
        searched = max(0, len(head) - 3)
        head += piece
        found = _END.search(head, searched)
        if (found.start() if found else len(head)) > MAX_HEAD_BYTES:
            if b"\r\n" not in head:
                raise LimitRequestLine(len(head), MAX_HEAD_BYTES)
            raise LimitRequestHeaders(f"a head may have {MAX_HEAD_BYTES} bytes")
        if found:
            return bytes(head)
