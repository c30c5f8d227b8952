"""Forms that cost more to take apart than they show, and pictures in greater number than is allowed."""

import base64
import json

from tests.support.hostile import corpus
from tests.support.hostile.attempt import Sent, request
from tests.support.hostile.carriers import part
from tests.support.hostile.forms import post

from .attack import Act, Aim
from .barrage import Barrage

_BYTES = 9_000_000
_REFUSED = frozenset({400, 413})
_MARK = "mark"
_PICTURE = corpus.coloured("red", "PNG")
_END = b"--mark--\r\n"


def part_flood(aim: Aim) -> Act:
    """9 MB that are nothing but part headers."""
    head = b"--mark\r\n\r\n"
    return Barrage([post(head * (_BYTES // len(head)) + _END)], _REFUSED, clients=8).act(aim)


def header_flood(aim: Aim) -> Act:
    """9 MB of header lines in one part."""
    line = b"a:b\r\n"
    return Barrage([post(b"--mark\r\n" + line * (_BYTES // len(line)) + b"\r\n" + _END)], _REFUSED, clients=8).act(aim)


def line_ends(aim: Aim) -> Act:
    """9 MB of line ends, before the first boundary and as the content of a part."""
    bare = post(b"\r\n" * (_BYTES // 2))
    within = post(part(_MARK, "image", b"\r\n" * (_BYTES // 2), "x.png") + _END)
    return Barrage([bare, within], frozenset({400, 413, 415, 422}), clients=8).act(aim)


def endless_form(aim: Aim) -> Act:
    """Forms whose picture, or whose last boundary, never ends."""
    opened = part(_MARK, "image", _PICTURE, "x.png")[: -len(b"\r\n")]
    near = opened + b"\r\n--mar" * ((_BYTES - len(opened)) // 7)
    return Barrage([post(near), post(opened)], frozenset({400, 413, 415, 422}), clients=8).act(aim)


def seventeen_parts(aim: Aim) -> Act:
    """More parts than a form may have."""
    parts = post(part(_MARK, "image", _PICTURE, "x.png") * 17 + _END)
    return Barrage([parts], _REFUSED).act(aim)


def seventeen_pictures(aim: Aim) -> Act:
    """One picture more than a request may hold, on both routes that take several."""
    item = base64.b64encode(_PICTURE).decode()
    score = request("POST", "/score", json.dumps({"input": [item] * 17}).encode(), Content_Type="application/json")
    entry = {"name": aim.target.picture, "datatype": "BYTES", "shape": [17], "data": [item] * 17}
    body = json.dumps({"inputs": [entry]}).encode()
    infer = request("POST", aim.target.infer, body, Content_Type="application/json")
    sent = [Sent((score,), "/score"), Sent((infer,), aim.target.infer)]
    return Barrage(sent, frozenset({413})).act(aim)


def empty_items(aim: Aim) -> Act:
    """8 MB that say there are two million empty pictures."""
    count = 2_000_000
    entry = {
        "name": aim.target.picture,
        "datatype": "BYTES",
        "shape": [count],
        "parameters": {"binary_data_size": 4 * count},
    }
    head = json.dumps({"inputs": [entry]}).encode()
    message = request("POST", aim.target.infer, head + bytes(4 * count), Inference_Header_Content_Length=str(len(head)))
    return Barrage([Sent((message,), aim.target.infer)], frozenset({413}), clients=4).act(aim)
