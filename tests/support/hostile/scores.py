"""Hostile bodies for `/score`."""

import base64
import json
from random import Random

from . import corpus
from .attempt import Sent, Target, request

_PICTURE = base64.b64encode(corpus.coloured("blue", "PNG")).decode()


def post(body: bytes, content_type: str = "application/json") -> Sent:
    """A body for /score."""
    return Sent((request("POST", "/score", body, Content_Type=content_type),), "/score")


def text(source: Random, _target: Target) -> Sent:
    """Not the JSON that was asked for."""
    deep = source.choice((5_000, 200_000))
    texts: tuple[bytes, ...] = (
        b"",
        b"{",
        b"null",
        b"[]",
        b"42",
        b'"input"',
        b"{}",
        b'{"inputs": "[]"}',
        b'{"input": NaN}',
        b'{"input": "[]"} trailing',
        b'{"input": null}',
        b'{"input": 5}',
        b'{"input": {"0": "x"}}',
        b'{"input": "not json"}',
        b'{"input": "{}"}',
        b'{"input": "5"}',
        b'{"input": "\\ud800"}',
        b'{"input": "\xff\xfe"}',
        b"\xff\xfe{\0}\0",
        b"\xef\xbb\xbf{}",
        source.randbytes(300),
        b"[" * deep,
        b'{"input":' * deep,
        b'{"input": "' + b"[" * deep + b'"}',
        b'{"input": ' + b"[" * deep + b"]" * deep + b"}",
        b'{"input": ' + b"9" * 100_000 + b"}",
    )
    return post(source.choice(texts))


def items(source: Random, _target: Target) -> Sent:
    """A list, but not of base64 pictures."""
    item: object = source.choice(
        (
            None,
            5,
            True,
            {},
            [],
            1e308,
            "",
            "b''",
            "b'",
            "b",
            "%%%",
            "aGVsbG8",
            "aGVsbG8=",
            "äöü",
            "\0",
            _PICTURE[:-2],
            _PICTURE + "!!",
        )
    )
    items = [_PICTURE, item] if source.random() < 0.5 else [item]
    return post(json.dumps({"input": items if source.random() < 0.5 else json.dumps(items)}).encode())


def too_many(source: Random, _target: Target) -> Sent:
    count = source.choice((17, 1000, 20_000))
    return post(json.dumps({"input": json.dumps(["" if count > 17 else _PICTURE] * count)}).encode())


def wrong_type(source: Random, _target: Target) -> Sent:
    kinds = (
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "json",
        "multipart/form-data",
        ";;",
    )
    return post(json.dumps({"input": json.dumps([_PICTURE])}).encode(), source.choice(kinds))


def valid(source: Random, _target: Target) -> Sent:
    """A request that the original answers 200, or should have."""
    bodies = ({"input": "[]"}, {"input": json.dumps([_PICTURE] * 3)}, {"input": [_PICTURE], "more": 1})
    kind = source.choice(("application/json", "application/json; charset=utf-8", "Application/JSON"))
    return post(json.dumps(source.choice(bodies)).encode(), kind)
