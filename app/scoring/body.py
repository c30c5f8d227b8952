"""Reading a request's body: bounded in size, in time, and over all connections together."""

import time
from typing import Any

from flask import Flask, g, request

from .call import Call, current
from .problem import Problem
from .settings import Settings

HANG_UP = "scoring.hang_up"
"""Key of the WSGI environment: a function that makes the server close the connection after this answer."""
RECEIVE = "scoring.receive"
"""Key of the WSGI environment: a function that gives the next bytes of the body, as `BodyStream.receive`."""
_LENGTH_DIGITS = 18
_FIRST_STEP = 128 * 1024
"""Room for a whole photo as most are; more is made only when this much has really come."""


class BodyReader:
    """Reads bodies for one app. A slow sender costs only what it has really sent, until its request has ended."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._limit = settings.max_body_bytes
        self._timeout = settings.body_timeout_seconds
        self._budget = settings.body_budget_bytes
        app.teardown_request(self._release)

    def read(self) -> bytes:
        """The body of the current request, whole. Raises Problem."""
        environ = request.environ
        try:
            return self._read(environ, self._declared_length(environ))
        except Problem:
            self.refuse()
            raise

    def refuse(self) -> None:
        """Leave the current body unread: what follows on its connection is then no request, so it must close."""
        request.environ.get(HANG_UP, _ignore)()

    def _declared_length(self, environ: dict[str, Any]) -> int:
        declared = environ.get("CONTENT_LENGTH")
        if environ.get("HTTP_TRANSFER_ENCODING") or not declared:
            # A chunked body beyond a limit would be cut to it without a word.
            raise Problem(411, "send a Content-Length; chunked bodies are not read")
        encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
        if encoding not in ("", "identity"):
            raise Problem(415, f"Content-Encoding {encoding[:40]!r} is not accepted; send the body as it is")
        if not (declared.isascii() and declared.isdigit()):
            raise Problem(400, f"Content-Length must be a whole number, found {declared[:40]!r}")
        if len(declared) > _LENGTH_DIGITS or int(declared) > self._limit:
            raise Problem(413, f"the body has {declared[:_LENGTH_DIGITS]} bytes; at most {self._limit} are allowed")
        return int(declared)

    def _read(self, environ: dict[str, Any], length: int) -> bytes:
        receive = environ[RECEIVE]
        call = current()
        deadline = time.monotonic() + self._timeout
        pieces: list[bytes] = []
        received = room = 0
        while received < length:
            if received == room:
                room = min(length, max(_FIRST_STEP, 4 * received))
                self._make_room(call, room - received)
            try:
                piece = receive(room - received, deadline)
            except TimeoutError:
                raise Problem(408, f"the body did not arrive within {self._timeout:g} s") from None
            except OSError:
                piece = b""  # the sender has gone
            if not piece:
                raise Problem(400, f"the body ended after {received} of the {length} bytes that were declared")
            pieces.append(piece)
            received += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _make_room(self, call: Call, size: int) -> None:
        if size > self._budget:
            raise Problem(503, "too many bodies are being received; try again", retry_after=1)
        call.room += size
        self._budget -= size

    def _release(self, _error: BaseException | None) -> None:
        if "call" in g:
            self._budget += g.call.room


def _ignore() -> None:
    pass
