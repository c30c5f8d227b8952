"""Forms that cost more to take apart than they show, and pictures in greater number than is allowed."""

import base64
import json
import threading

from tests.support.hostile import corpus
from tests.support.hostile.attempt import Sent, request
from tests.support.hostile.carriers import part
from tests.support.hostile.forms import post

from .attack import Act, Aim, Harvest

_BYTES = 9_000_000
_REFUSED = frozenset({400, 413})
_MARK = "mark"
_PICTURE = corpus.coloured("red", "PNG")
_END = b"--mark--\r\n"


def part_flood(aim: Aim) -> Act:
    """9 MB that are nothing but part headers."""
    head = b"--mark\r\n\r\n"
    return _together(aim, 8, [post(head * (_BYTES // len(head)) + _END)], _REFUSED)


def header_flood(aim: Aim) -> Act:
    """9 MB of header lines in one part."""
    line = b"a:b\r\n"
    return _together(aim, 8, [post(b"--mark\r\n" + line * (_BYTES // len(line)) + b"\r\n" + _END)], _REFUSED)


def line_ends(aim: Aim) -> Act:
    """9 MB of line ends, before the first boundary and as the content of a part."""
    bare = post(b"\r\n" * (_BYTES // 2))
    within = post(part(_MARK, "image", b"\r\n" * (_BYTES // 2), "x.png") + _END)
    return _together(aim, 8, [bare, within], frozenset({400, 413, 415, 422}))


def endless_form(aim: Aim) -> Act:
    """Forms whose picture, or whose last boundary, never ends."""
    opened = part(_MARK, "image", _PICTURE, "x.png")[: -len(b"\r\n")]
    near = opened + b"\r\n--mar" * ((_BYTES - len(opened)) // 7)
    return _together(aim, 8, [post(near), post(opened)], frozenset({400, 413, 415, 422}))


def seventeen_parts(aim: Aim) -> Act:
    """More parts than a form may have."""
    parts = post(part(_MARK, "image", _PICTURE, "x.png") * 17 + _END)
    return _together(aim, 1, [parts] * aim.size(3, 50), _REFUSED)


def seventeen_pictures(aim: Aim) -> Act:
    """One picture more than a request may hold, on both routes that take several."""
    item = base64.b64encode(_PICTURE).decode()
    score = request("POST", "/score", json.dumps({"input": [item] * 17}).encode(), Content_Type="application/json")
    entry = {"name": aim.target.picture, "datatype": "BYTES", "shape": [17], "data": [item] * 17}
    body = json.dumps({"inputs": [entry]}).encode()
    infer = request("POST", aim.target.infer, body, Content_Type="application/json")
    sent = [Sent((score,), "/score"), Sent((infer,), aim.target.infer)]
    return _together(aim, 1, sent * aim.size(1, 20), frozenset({413}))


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
    return _together(aim, 4, [Sent((message,), aim.target.infer)], frozenset({413}))


def _together(aim: Aim, clients: int, requests: list[Sent], allowed: frozenset[int]) -> Act:
    """Send the requests from each of `clients` clients at once, as often as the size says."""
    rounds = aim.size(1, 3)

    def act(harvest: Harvest) -> None:
        def client() -> None:
            for sent in requests * rounds:
                harvest.exchange(aim, sent, allowed)

        threads = [threading.Thread(target=client) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return act
