"""Answers to requests: what a WSGI application gives, as the bytes that leave."""

import re
import time
from collections.abc import Callable, Iterable
from email.utils import formatdate
from functools import lru_cache
from typing import Any

_HEADERS = re.compile(r"(?:[!-9;-~]+: [\t -~\x80-\xff]*\r\n)*")
_BODILESS = ("204", "304")


class Answer:
    """One answer. `start` is its `start_response`, `take` for what the application returns."""

    def __init__(self, environ: dict[str, Any], *, stays: bool) -> None:
        self._version = environ["SERVER_PROTOCOL"]
        self._head_only = environ["REQUEST_METHOD"] == "HEAD"
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._parts: list[bytes] = []
        self.stays = stays
        """Whether the connection stays open after it."""

    def hang_up(self) -> None:
        """Have the connection closed."""
        self.stays = False

    def start(self, status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Callable[[bytes], object]:
        """PEP 3333's `start_response`. Nothing has left yet, so that a second call replaces the first."""
        self._status = status
        self._headers = headers
        return self._parts.append

    def take(self, parts: Iterable[bytes]) -> None:
        """The body, whole."""
        try:
            self._parts.extend(parts)
        finally:
            if close := getattr(parts, "close", None):
                close()

    def data(self) -> bytes:
        """Head and body, to leave together. Raises ValueError where a header would break out of the head."""
        lines = [f"{name}: {value}\r\n" for name, value in self._headers]
        body = b""
        if not self._head_only and not self._status.startswith(_BODILESS):
            body = b"".join(self._parts)
            if not any(name == "Content-Length" for name, _ in self._headers):
                lines.append(f"Content-Length: {len(body)}\r\n")
        headers = "".join(lines)
        if not _HEADERS.fullmatch(headers) or headers.count("\n") != len(lines):
            raise ValueError(f"headers that cannot be sent: {self._headers}")
        connection = "keep-alive" if self.stays else "close"
        head = (
            f"{self._version} {self._status}\r\nServer: gunicorn\r\nDate: {_date(int(time.time()))}\r\n"
            f"Connection: {connection}\r\n{headers}\r\n"
        )
        return head.encode("latin-1") + body


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
