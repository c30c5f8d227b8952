"""JSON over HTTP for the few requests that comments need: no redirects, bounded patience, tokens never in messages."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from delivery.failure import FailureError

_PATIENCE = 30
_TRIES = 4
_LONGEST_WAIT = 20.0
_OWN_MACHINE = ("127.0.0.1", "::1", "localhost")
_PASSING = (429, 500, 502, 503, 504)


class _StayHere(HTTPRedirectHandler):
    """Handler that follows no redirect: one would carry the token to the host that it names."""

    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str) -> None:
        del req, fp, code, msg, headers, newurl


_OPENER = build_opener(_StayHere)


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of the service: the status, the JSON, and the address of the next page if there is one."""

    status: int
    content: Any
    next: str


class RefusedError(FailureError):
    """The service answered with an error status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def ask(method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Answer:  # noqa: ANN401 - any JSON
    """Send one request. What may pass is tried again; a POST only where the service says that it did nothing."""
    parts = urlsplit(url)
    if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in _OWN_MACHINE):
        raise FailureError(f"{_place(url)}: a token goes out over https only")
    data = None if body is None else json.dumps(body).encode()
    given = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "slipway", **headers}
    for attempt in range(1, _TRIES + 1):
        request = Request(url, data=data, headers=given, method=method)  # noqa: S310 - the scheme is checked above
        try:
            with _OPENER.open(request, timeout=_PATIENCE) as response:
                return Answer(response.status, _json(response.read(), url), _next(response.headers.get("Link", "")))
        except HTTPError as error:
            again = error.code in _PASSING and (method != "POST" or error.code in (429, 503))
            if not again or attempt == _TRIES:
                raise RefusedError(error.code, f"{method} {_place(url)}: {error.code} {_said(error)}") from None
            time.sleep(_wait(error.headers.get("Retry-After"), attempt))
        except (URLError, HTTPException, OSError) as error:
            if method == "POST" or attempt == _TRIES:
                reason = getattr(error, "reason", error)
                raise FailureError(f"{method} {_place(url)}: no answer: {reason}") from None
            time.sleep(_wait(None, attempt))
    raise AssertionError("the last attempt returns or raises")


def _wait(asked: str | None, attempt: int) -> float:
    seconds = float(asked) if asked and asked.isdigit() else 0.5 * 2**attempt
    return min(seconds, _LONGEST_WAIT)


def _json(content: bytes, url: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(content) if content else None
    except ValueError:
        # Azure DevOps answers a token that it does not know with its sign-in page, and 203.
        raise FailureError(f"{_place(url)}: the answer is not JSON; is the token right?") from None


def _said(error: HTTPError) -> str:
    try:
        content = json.loads(error.read(4000))
        message = content.get("message", "") if isinstance(content, dict) else ""
    except (ValueError, OSError, HTTPException):
        message = ""
    return str(message)[:300] or str(error.reason)


def _next(link: str) -> str:
    for part in link.split(","):
        address, _, relation = part.partition(";")
        if 'rel="next"' in relation:
            return address.strip().strip("<>")
    return ""


def _place(url: str) -> str:
    """The address without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
