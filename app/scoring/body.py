"""Reading a request's body: bounded in size, in time, and over all connections together."""

from typing import Any

import gevent
from flask import request

from .call import Call, current
from .problem import Problem
from .settings import Settings

_LENGTH_DIGITS = 18
_FIRST_PIECE = 16 * 1024
"""Room for a body of which nothing has come; later there is room for four times of what has come."""
_LAST_PIECE = 256 * 1024
"""gunicorn copies a piece several times: small ones keep those copies small."""


class Budget:
    """Counts the bytes of bodies and answers in hand. Those of one request come back when its answer has left."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def reserve(self, call: Call, size: int) -> None:
        """Add `size` bytes to what `call` holds. Raises Problem 503 where there is no room."""
        if size > self._left:
            raise Problem(503, "too many requests and answers are in hand; try again", retry_after=1)
        self._left -= size
        call.reserved += size

    def release(self, call: Call) -> None:
        """Take back all that `call` holds; a second time there is nothing."""
        self._left += call.reserved
        call.reserved = 0


def read_body(settings: Settings, budget: Budget) -> bytearray:
    """The body of the current request, whole. A slow client costs only what it has really sent. Raises Problem."""
    length = _declared_length(request.environ, settings.max_body_bytes)
    seconds = settings.body_timeout_seconds
    try:
        with gevent.Timeout(seconds, TimeoutError):
            body = _read(request.environ["wsgi.input"], length, budget)
    except TimeoutError:
        raise Problem(408, f"the body did not arrive within {seconds:g} s") from None
    current().bytes_in = len(body)
    if len(body) < length:
        raise Problem(400, f"the body ended after {len(body)} of the {length} bytes that were declared")
    return body


def _declared_length(environ: dict[str, Any], limit: int) -> int:
    declared = environ.get("CONTENT_LENGTH")
    if environ.get("HTTP_TRANSFER_ENCODING") or not declared:
        # A chunked body costs the event loop time for each chunk, however small.
        raise Problem(411, "send a Content-Length; chunked bodies are not read")
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in ("", "identity"):
        raise Problem(415, f"Content-Encoding {encoding[:40]!r} is not accepted; send the body as it is")
    if not (declared.isascii() and declared.isdigit()):
        raise Problem(400, f"Content-Length must be a whole number, found {declared[:40]!r}")
    digits = declared.lstrip("0") or "0"
    if len(digits) > _LENGTH_DIGITS:
        raise Problem(413, f"the body has a {len(digits)}-digit number of bytes; at most {limit} are allowed")
    if int(digits) > limit:
        raise Problem(413, f"the body has {digits} bytes; at most {limit} are allowed")
    return int(digits)


def _read(source: Any, length: int, budget: Budget) -> bytearray:  # noqa: ANN401  # WSGI's input
    body = bytearray()
    while len(body) < length:
        wanted = min(length - len(body), max(_FIRST_PIECE, min(3 * len(body), _LAST_PIECE)))
        budget.reserve(current(), wanted)
        try:
            piece = source.read(wanted)
        except TimeoutError:
            raise
        except OSError:
            break
        body += piece
        if len(piece) < wanted:
            break
    return body
