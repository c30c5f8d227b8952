"""Hostile multipart forms."""

from random import Random

from . import corpus
from .attempt import Sent, Target, request
from .carriers import part

_PICTURE = corpus.coloured("red", "PNG")
_MARK = "mark"
_END = b"--mark--\r\n"


def post(body: bytes, content_type: str = f"multipart/form-data; boundary={_MARK}") -> Sent:
    """A form for /v1/classify."""
    return Sent((request("POST", "/v1/classify", body, Content_Type=content_type),))


def bad_form(source: Random, _target: Target) -> Sent:
    """Forms that cannot be read, or have no picture in them."""
    whole = part(_MARK, "image", _PICTURE, "x.png") + _END
    forms = (
        (whole, "multipart/form-data"),
        (whole, "multipart/form-data; boundary="),
        (whole, "multipart/form-data; boundary=other"),
        (whole, "multipart/form-data; boundary=" + "b" * 4000),
        (b"", f"multipart/form-data; boundary={_MARK}"),
        (b"garbage", f"multipart/form-data; boundary={_MARK}"),
        (_END, f"multipart/form-data; boundary={_MARK}"),
        (whole[: len(whole) // 2], f"multipart/form-data; boundary={_MARK}"),
        (whole.replace(b"Content-Disposition", b"Content-Nonsense"), f"multipart/form-data; boundary={_MARK}"),
        (whole.replace(b'name="image"', b""), f"multipart/form-data; boundary={_MARK}"),
        (whole.replace(b"\r\n\r\n", b"\r\n", 1), f"multipart/form-data; boundary={_MARK}"),
        (part(_MARK, "picture", _PICTURE, "x.png") + _END, f"multipart/form-data; boundary={_MARK}"),
        (part(_MARK, "image", b"", "x.png") + _END, f"multipart/form-data; boundary={_MARK}"),
        (part(_MARK, "image\xff", _PICTURE, "x.png") + _END, f"multipart/form-data; boundary={_MARK}"),
    )
    return post(*source.choice(forms))


def flooded_form(source: Random, _target: Target) -> Sent:
    """More parts, or more head to a part, than anyone needs."""
    flood = source.choice(
        (
            part(_MARK, "x", b"y") * 5000,
            b"--mark\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
            part(_MARK, "n" * 500_000, b"x"),
            b"--mark\r\n" * 50_000,
        )
    )
    return post(flood + part(_MARK, "image", _PICTURE, "x.png") + _END)


def text_field(_source: Random, _target: Target) -> Sent:
    """The picture as a text field of a megabyte rather than as a file."""
    return post(part(_MARK, "image", b"x" * 1_000_000) + _END)
