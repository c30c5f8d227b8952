"""Requests as gunicorn reads them, with a bound on the whole head, and bodies that are invited when the app reads."""

from collections.abc import Callable
from typing import Any

from gevent import socket
from gunicorn.http.body import EOFReader, LengthReader
from gunicorn.http.errors import InvalidHeader, LimitRequestHeaders
from gunicorn.http.message import Request
from gunicorn.http.parser import Parser
from gunicorn.http.unreader import Unreader

MAX_HEAD_BYTES = 16 * 1024
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
    """One request."""

    version: tuple[int, int]
    body: Any
    _expected_100_continue: bool

    def parse(self, unreader: Unreader) -> bytes:
        """Read and judge the head; the bytes behind it. Raises gunicorn's errors."""
        # gunicorn's bound counts what came in one piece with the end of the head, which is its body or the next one.
        self.max_buffer_headers = MAX_HEAD_BYTES + unreader.mxchunk
        behind: bytes = super().parse(unreader)
        if sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD_BYTES:
            raise LimitRequestHeaders(f"a head may have {MAX_HEAD_BYTES} bytes")
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
