"""Clients that leave early, send slowly, or fall silent."""

from random import Random

from . import corpus
from .attempt import Drip, End, Sent, Target, request

_PICTURE = corpus.coloured("green", "JPEG")
_POST = b"POST /v1/classify HTTP/1.1\r\nHost: hostile\r\n"


def leaves_early(source: Random, _target: Target) -> Sent:
    message = request("POST", "/v1/classify", _PICTURE)
    cut = source.choice((1, 20, 60, len(message) - 1, len(message)))
    return Sent((message[:cut], source.choice((End.HANG_UP, End.RESET))), replies=0)


def slow_body(source: Random, _target: Target) -> Sent:
    """A byte now and then, or nothing after the first."""
    head = _POST + b"Content-Length: 200000\r\n\r\n"
    return Sent((head + _PICTURE[:50], Drip(_PICTURE[50:250], source.choice((1, 20)), 0.2)))


def stalled_body(source: Random, _target: Target) -> Sent:
    head = _POST + b"Content-Length: %d\r\n\r\n" % len(_PICTURE)
    return Sent((head + _PICTURE[: source.choice((0, 1, len(_PICTURE) - 1))],))


def slow_head(_source: Random, _target: Target) -> Sent:
    return Sent((Drip(b"GET /v2/health/live HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 500, 1, 0.1),), path="")


def stalled_head(source: Random, _target: Target) -> Sent:
    return Sent((source.choice((b"", b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n")),), path="")
