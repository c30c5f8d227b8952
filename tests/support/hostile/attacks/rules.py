"""Rules of HTTP/1.1 that keep two servers from reading one message as two (RFC 9110, 9112), and limits on numbers."""

import json
import time
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import cycle
from random import Random

from tests.support.hostile.attempt import Target

from .attack import Act, Aim, Harvest
from .dialogue import Heard, converse

_BAD = frozenset({400})
_REFUSED = frozenset({400, 411, 413, 501, 505})
_OK = frozenset({200})
_HOST = b"Host: a\r\n"
_SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: smuggled\r\n\r\n"
_VERSIONS = (b"HTTP/1.0", b"HTTP/1.1")
_CHUNK_END = b"0\r\n\r\n"
_DIGITS = b"9" * 30

SPOILT = {
    "a folded line": b"X-A: b\r\n c\r\n",
    "a bare line feed": b"X-A: b\nX-B: c\r\n",
    "a NUL in a value": b"X-A: b\0c\r\n",
    "a bare carriage return": b"X-A: b\rX-B: c\r\n",
    "a space before the colon": b"X-A : b\r\n",
    "a line without a colon": b"X-A\r\n",
    "two hosts": b"Host: b\r\n",
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n",
    "a list of lengths": b"Content-Length: 5, 6\r\n",
    "a signed length": b"Content-Length: +5\r\n",
    "a length in hexadecimal": b"Content-Length: 0x5\r\n",
    "a length and a coding": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "a coding and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    "an unknown coding": b"Transfer-Encoding: xchunked\r\n",
    "chunked, and not last": b"Transfer-Encoding: chunked, identity\r\n",
    "a coding behind a tab": b"Transfer-Encoding:\x0bchunked\r\n",
    "a coding before a space": b"Transfer-Encoding : chunked\r\n",
    "a folded length": b"Content-Length: 5\r\n Content-Length: 6\r\n",
}
"""Header lines of which each makes a message that must be refused, and its connection closed."""


@dataclass(frozen=True)
class Rule:
    """A message, the statuses that are right for it, and what else its answer must keep to."""

    name: str
    message: bytes
    statuses: AbstractSet[int]
    stays: bool | None = None
    """True where the connection must stay open, False where it must be closed, None where either is right."""

    def fault(self, heard: Heard) -> str:
        """The fault of the answer, or nothing."""
        if heard.status not in self.statuses:
            shown = heard.status or "closed without an answer"
            return f"{self.name}: {shown}, allowed are {sorted(self.statuses)}: {heard.first[-300:]!r}"
        if heard.version not in _VERSIONS:
            return f"{self.name}: the answer is of {heard.version!r}, the service speaks HTTP/1.1"
        if self.stays is not None and heard.stays is not self.stays:
            shown = "stays open" if heard.stays else "is closed"
            return f"{self.name}: the connection {shown} ({heard.second[:100]!r})"
        if _request_id(heard) != heard.header("X-Request-Id"):
            return f"{self.name}: X-Request-Id is {heard.header('X-Request-Id')!r}, the body is {heard.body[:300]!r}"
        return ""


def _request_id(heard: Heard) -> str:
    """The id that the answer's header must have: a problem document repeats it, a head refused unread has none."""
    if heard.status < 400 or not heard.body.startswith(b'{"type":'):
        return heard.header("X-Request-Id")
    return str(json.loads(heard.body)["request_id"])


def rules(target: Target) -> Iterator[Rule]:
    """Every rule once."""
    yield from _versions()
    yield from _connections()
    yield from _numbers(target)
    yield from map(spoilt, SPOILT)


def smuggling(source: Random, count: int) -> Iterator[Rule]:
    """Messages with one to three spoilt lines in random order, and another request hidden behind them."""
    for _ in range(count):
        names = source.sample(sorted(SPOILT), source.randint(1, 3))
        sound = [b"X-%d: y\r\n" % source.randrange(100) for _ in range(source.randrange(4))]
        yield spoilt(*names, lines=sound, body=source.choice((b"", b"12345", _CHUNK_END)))


def spoilt(*names: str, lines: Sequence[bytes] = (), body: bytes = b"12345") -> Rule:
    """A message with the spoilt lines of these names among other `lines`, and another request hidden behind it."""
    head = b"".join([*(SPOILT[name] for name in names), *lines])
    message = b"POST /v1/classify HTTP/1.1\r\n" + _HOST + head + b"\r\n" + body + _SMUGGLED
    return Rule(" and ".join(names), message, _REFUSED, stays=False)


def break_rules(aim: Aim) -> Act:
    """Every rule and a sample of hidden requests, for as long as the attack lasts, and at least once."""
    chosen = [*rules(aim.target), *smuggling(aim.source(), aim.size(60, 2000))]

    def act(harvest: Harvest) -> None:
        deadline = time.monotonic() + aim.seconds
        for number, rule in enumerate(cycle(chosen)):
            if number >= len(chosen) and time.monotonic() > deadline:
                return
            heard = converse(aim.address, rule.message)
            harvest.answers[str(heard.status or "closed")] += 1
            if text := rule.fault(heard):
                harvest.blame(text)

    return act


def _versions() -> Iterator[Rule]:
    yield Rule("HTTP/1.1 without Host", b"GET / HTTP/1.1\r\n\r\n", _BAD)
    yield Rule("HTTP/1.0 without Host", b"GET / HTTP/1.0\r\n\r\n", _OK, stays=False)
    yield Rule("HTTP/1.2", b"GET / HTTP/1.2\r\n" + _HOST + b"\r\n", _OK | _REFUSED)
    yield Rule("HTTP/2.0", b"GET / HTTP/2.0\r\n" + _HOST + b"\r\n", _REFUSED, stays=False)


def _connections() -> Iterator[Rule]:
    for value in (b"close, TE", b"TE, close", b"CLOSE", b"TE\r\nConnection: close", b" te ,\tclose "):
        message = b"GET / HTTP/1.1\r\n" + _HOST + b"Connection: %b\r\n\r\n" % value
        yield Rule(f"Connection: {value!r}", message, _OK, stays=False)
    yield Rule("Connection: TE", b"GET / HTTP/1.1\r\n" + _HOST + b"Connection: TE\r\n\r\n", _OK, stays=True)


def _numbers(target: Target) -> Iterator[Rule]:
    for method, path in (
        ("GET", "/"),
        ("GET", "/v2/health/live"),
        ("GET", "/openapi.json"),
        ("GET", "/no-such-path"),
        ("POST", "/score"),
        ("POST", "/v1/classify"),
        ("POST", target.infer),
    ):
        head = f"{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n".encode()
        # What a route does with a body that it does not read is its own affair, as long as nothing breaks.
        statuses = frozenset({200, 400, 404, 413} if method == "GET" else {400, 413})
        yield Rule(
            f"{method} {path} of 30 digits", head + b"Content-Length: %b\r\n\r\n" % _DIGITS, statuses, stays=False
        )
    head = b"POST /v1/classify HTTP/1.1\r\n" + _HOST + b"Expect: 100-continue\r\nContent-Length: 99000000\r\n\r\n"
    yield Rule("Expect for a body that is too large", head, frozenset({413}), stays=False)
    head = f"POST {target.infer} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n".encode()
    lengths = b"Inference-Header-Content-Length: %b1\r\n\r\n{}" % (b"0" * 5000)
    yield Rule("a JSON length of 5,001 digits", head + lengths, _BAD)
