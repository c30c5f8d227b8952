"""Inputs for which a model gives no finite number, and what counting such answers does to those that follow."""

import math
import struct

from tests.support.hostile import carriers, corpus
from tests.support.hostile.attempt import Sent, request
from tests.support.hostile.pictures import Drawn
from tests.support.hostile.tensors import binary

from .attack import Act, Aim, Harvest

_HUGE = 3e38
"""Finite as a float32; the sum of two is not."""
_NOT_FINITE = frozenset({422})
_FOLLOWING = 330
"""Counters that are written in batches of some hundred fail behind an answer that seemed right."""


def overflowing_tensor(aim: Aim) -> Act:
    """A tensor of finite numbers that overflows in the model."""
    count = math.prod(aim.target.row)
    entry = {
        "name": aim.target.tensor,
        "datatype": "FP32",
        "shape": [1, *aim.target.row],
        "parameters": {"binary_data_size": 4 * count},
    }
    return _followed(aim, [binary(aim.target, {"inputs": [entry]}, struct.pack("<f", _HUGE) * count)])


def overflowing_picture(aim: Aim) -> Act:
    """An ordinary white picture, for a model that gives NaN for it, by all three ways that a picture comes."""
    source, white = aim.source(), Drawn(corpus.coloured("white", "PNG"))
    ways = (carriers.raw(source, white), carriers.score(source, white), carriers.tensor(source, white, aim.target))
    return _followed(aim, list(ways))


def _followed(aim: Aim, requests: list[Sent]) -> Act:
    """Send the requests, then so many ordinary ones that every batch of counters has been written."""
    ordinary = Sent((request("GET", "/"),))
    red = carriers.raw(aim.source(), Drawn(corpus.coloured("red", "PNG"), "red"))

    def act(harvest: Harvest) -> None:
        for sent in requests * aim.size(2, 50):
            harvest.exchange(aim, sent, _NOT_FINITE, "a result that is not finite")
        for _ in range(aim.size(_FOLLOWING, 4 * _FOLLOWING)):
            harvest.exchange(aim, ordinary, frozenset({200}), "a request behind it")
        harvest.exchange(aim, red, frozenset({200}), "a picture behind it")

    return act
