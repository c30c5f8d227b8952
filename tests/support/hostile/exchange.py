"""Sending an attempt over a socket of its own, and reading what comes back strictly."""

import contextlib
import select
import socket
import struct
import time
from dataclasses import dataclass, field

from .attempt import CLOSED, Drip, End, Sent

_PIECE = 256 * 1024
_MOST_HEAD = 64 * 1024


class ProtocolError(Exception):
    """An answer that is not HTTP/1.1, or none in time."""


@dataclass(frozen=True)
class Answer:
    """One answer; header names in lower case."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Exchange:
    """One connection. `patience` bounds in seconds how long any one answer may take."""

    def __init__(self, address: tuple[str, int], patience: float) -> None:
        self._socket = socket.create_connection(address, patience)
        self._patience = patience
        self._pending = b""

    def run(self, sent: Sent) -> list[Answer]:
        """Take the steps, then read the answers. A connection that is closed instead gives an answer CLOSED."""
        try:
            for step in sent.steps:
                if step in (End.HANG_UP, End.RESET):
                    self._leave(reset=step is End.RESET)
                    return []
                if not self._take(step):
                    break
            return self._answers(sent)
        finally:
            self._socket.close()

    def _take(self, step: bytes | Drip | End) -> bool:
        """Do one step; False when the server has answered or hung up meanwhile."""
        if isinstance(step, bytes):
            return self._send(step)
        if isinstance(step, Drip):
            for start in range(0, len(step.data), step.size):
                if not self._send(step.data[start : start + step.size]) or self._heard(step.pause):
                    return False
            return True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        return True

    def _send(self, data: bytes) -> bool:
        view = memoryview(data)
        deadline = time.monotonic() + self._patience
        self._socket.settimeout(0)
        try:
            while view:
                readable, writable, _ = select.select([self._socket], [self._socket], [], self._patience)
                if readable and not self._only_continue():
                    return False
                if writable:
                    view = view[self._socket.send(view[:_PIECE]) :]
                if time.monotonic() > deadline:
                    raise ProtocolError(f"the server stopped reading with {len(view)} bytes to go, and did not answer")
        except (BrokenPipeError, ConnectionResetError):
            return False
        finally:
            self._socket.settimeout(self._patience)
        return True

    def _only_continue(self) -> bool:
        """True where `100 Continue` has come and no more: then go on sending."""
        start = self._socket.recv(4096, socket.MSG_PEEK)
        if start.startswith(b"HTTP/1.1 100 ") and start.endswith(b"\r\n\r\n") and start.count(b"\r\n\r\n") == 1:
            self._socket.recv(len(start))
            return True
        return False

    def _heard(self, seconds: float) -> bool:
        readable, _, _ = select.select([self._socket], [], [], seconds)
        return bool(readable)

    def _leave(self, *, reset: bool) -> None:
        if reset:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def _answers(self, sent: Sent) -> list[Answer]:
        answers: list[Answer] = []
        while len(answers) < sent.replies:
            answer = self._answer(bodiless=sent.bodiless)
            if answer.status != 100:
                answers.append(answer)
            if answer.status == CLOSED or answer.headers.get("connection") == "close":
                break
        return answers

    def _answer(self, *, bodiless: bool) -> Answer:
        while b"\r\n\r\n" not in self._pending:
            if not self._more():
                if self._pending:
                    raise ProtocolError(f"the connection ended inside a head: {self._pending[:200]!r}")
                return Answer(CLOSED)
            if len(self._pending) > _MOST_HEAD and b"\r\n\r\n" not in self._pending:
                raise ProtocolError(f"not a head: {self._pending[:200]!r}")
        head, _, self._pending = self._pending.partition(b"\r\n\r\n")
        status, headers = _parsed(head)
        if bodiless or status in (100, 204, 304):
            return Answer(status, headers)
        if not headers.get("content-length", "").isdigit():
            raise ProtocolError(f"status {status} without a Content-Length")
        length = int(headers["content-length"])
        while len(self._pending) < length:
            if not self._more():
                raise ProtocolError(f"status {status}: {len(self._pending)} of {length} bytes of its body came")
        body, self._pending = self._pending[:length], self._pending[length:]
        return Answer(status, headers, body)

    def _more(self) -> bool:
        try:
            data = self._socket.recv(65536)
        except ConnectionResetError:
            return False
        except TimeoutError:
            raise ProtocolError(f"nothing came for {self._patience:g} s") from None
        self._pending += data
        return bool(data)


def _parsed(head: bytes) -> tuple[int, dict[str, str]]:
    start, *lines = head.decode("latin-1").split("\r\n")
    version, _, rest = start.partition(" ")
    if version not in ("HTTP/1.0", "HTTP/1.1") or not rest[:3].isdigit() or rest[3:4] not in ("", " "):
        raise ProtocolError(f"not a status line: {start[:100]!r}")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise ProtocolError(f"not a header: {line[:100]!r}")
        headers[name.lower()] = value.strip()
    return int(rest[:3]), headers
