"""The table: every kind of hostile request, and the statuses that are right for it.

503 with Retry-After is right for any of them while the service is full; it is counted and not listed.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from random import Random

from . import carriers, costly, forms, heads, pictures, scores, stalls, tensors, wire
from .attempt import CLOSED, Sent, Target
from .pictures import Drawn

Draw = Callable[[Random], Drawn]
Make = Callable[[Random, Target], Sent]

_OK = frozenset({200})
_BAD = frozenset({400})
_HEAD = frozenset({400, 414, 431})
_ANY_PICTURE = frozenset({200, 413, 415, 422})


@dataclass(frozen=True)
class Kind:
    """One row of the table.

    `weight` is how often it is drawn. `slow` ones wait for seconds and have clients of their own; `heavy` ones move
    tens of megabytes and are drawn a bounded number of times.
    """

    name: str
    draw: Draw | None
    make: Make | None
    statuses: AbstractSet[int]
    weight: float = 1.0
    slow: bool = False
    heavy: bool = False

    def sent(self, source: Random, target: Target) -> tuple[Sent, AbstractSet[int]]:
        """A request of this kind, and the statuses that are right for it."""
        if self.make is not None:
            return self.make(source, target), self.statuses
        assert self.draw is not None
        return _carried(self.draw(source), self.statuses, source, target)


def _carried(drawn: Drawn, statuses: AbstractSet[int], source: Random, target: Target) -> tuple[Sent, AbstractSet[int]]:
    match source.randrange(8):
        case 0:
            return carriers.score(source, drawn), _within(statuses)
        case 1:
            return carriers.tensor(source, drawn, target), _within(statuses)
        case 2:
            return carriers.form(source, drawn), statuses
        case _:
            return carriers.raw(source, drawn), statuses


def _within(statuses: AbstractSet[int]) -> AbstractSet[int]:
    """Within a document the media type is the document's: a picture that is none is 422."""
    return statuses if 415 not in statuses else (statuses - {415}) | {422}


def _picture(draw: Draw, statuses: AbstractSet[int], weight: float = 1.0, *, heavy: bool = False) -> Kind:
    return Kind(f"picture: {draw.__name__.replace('_', ' ')}", draw, None, statuses, weight, heavy=heavy)


def _http(
    make: Make, statuses: AbstractSet[int], weight: float = 1.0, *, slow: bool = False, heavy: bool = False
) -> Kind:
    area = make.__module__.rpartition(".")[2]
    return Kind(f"{area}: {make.__name__.replace('_', ' ')}", None, make, statuses, weight, slow=slow, heavy=heavy)


KINDS = (
    _picture(pictures.valid, _OK, 4),
    _picture(pictures.trailing_garbage, _OK),
    _picture(pictures.odd_mode, _OK, 2),
    _picture(pictures.palette_with_transparency, _OK),
    _picture(pictures.sixteen_bit, _OK),
    _picture(pictures.sixteen_bit_colour, _OK),
    _picture(pictures.animated, _OK),
    _picture(pictures.turned, _OK),
    _picture(pictures.broken_exif, _OK),
    _picture(pictures.interlaced, _OK),
    _picture(pictures.too_small, {422}),
    _picture(pictures.too_long, {422}),
    _picture(costly.bomb, {413}, 0.3),
    _picture(costly.claimed_size, {413, 415, 422}),
    _picture(costly.large_baseline, _OK, heavy=True),
    _picture(costly.large_progressive, {413}, 0.3),
    _picture(costly.large_allowed, _OK, heavy=True),
    _picture(costly.many_scans, {413, 422}, heavy=True),
    _picture(costly.many_segments, _ANY_PICTURE, heavy=True),
    _picture(costly.text_bomb, _OK, 0.3),
    _picture(costly.many_texts, _OK, 0.1),
    _picture(pictures.truncated, {415, 422}, 4),
    _picture(pictures.mutated, _ANY_PICTURE, 12),
    _picture(pictures.magic_then_noise, {413, 415, 422}, 2),
    _picture(pictures.careless_png, {200, 415, 422}),
    _picture(pictures.spoilt_png, {415, 422}, 2),
    _picture(pictures.other_format, {415}, 2),
    _picture(pictures.random_bytes, {415}, 2),
    _http(scores.text, _BAD, 3),
    _http(scores.items, {400, 422}, 2),
    _http(scores.too_many, {413}, 0.3),
    _http(scores.wrong_type, {415}),
    _http(scores.valid, _OK),
    _http(tensors.valid, _OK),
    _http(tensors.text, _BAD, 3),
    _http(tensors.not_finite, _BAD),
    _http(tensors.lying_sizes, {400, 415, 422}, 3),
    _http(tensors.shapes, {400, 413}, 3),
    _http(tensors.too_many, {413}, 0.3),
    _http(tensors.unknown_model, {400, 404}),
    _http(forms.bad_form, {400, 415}, 2),
    _http(forms.flooded_form, {200, 400, 413}, 0.3),
    _http(forms.text_field, {400, 413, 415}, 0.3),
    _http(wire.valid, _OK, 2),
    _http(wire.chunked, {411, 413}),
    _http(wire.spoilt_chunks, {400, 411}),
    _http(wire.two_lengths, {400, 411}, 2),
    _http(wire.bad_length, {400, 411}, 2),
    _http(wire.no_length, {411}),
    _http(wire.too_big_declared, {413}),
    _http(wire.too_big_sent, {413}, heavy=True),
    _http(wire.shorter_than_declared, _BAD),
    _http(wire.longer_than_declared, _ANY_PICTURE),
    _http(wire.expect_continue, _OK),
    _http(wire.expect_nonsense, {200, 400, 417}, 0.5),
    _http(wire.http_1_0, _OK),
    _http(wire.pipelined, _OK),
    _http(heads.other_protocol, {CLOSED, 400, 414, 431}, 3),
    _http(heads.upgrade, {200, 400}, 0.3),
    _http(heads.spoilt_head, _BAD, 2),
    _http(heads.odd_head, {200, 206, 304, 400}, 2),
    _http(heads.content_encoding, {415}),
    _http(heads.head_flood, _HEAD, 0.3),
    _http(heads.long_target, _HEAD, 0.3),
    _http(heads.unknown_path, {404}, 2),
    _http(heads.page_traversal, {400, 404}),
    _http(heads.odd_target, {200, 308, 400, 404, 405}),
    _http(heads.wrong_method, {405}),
    _http(heads.wrong_method_with_body, {405}),
    _http(heads.head_method, _OK),
    _http(heads.top, _BAD),
    _http(wire.empty_body, _BAD),
    _http(wire.half_closed, _OK),
    _http(stalls.leaves_early, {CLOSED}, 2),
    _http(stalls.slow_body, {408}, slow=True),
    _http(stalls.stalled_body, {408}, slow=True),
    _http(stalls.slow_head, {CLOSED, 408}, slow=True),
    _http(stalls.stalled_head, {CLOSED, 408}, slow=True),
)


@dataclass(frozen=True)
class Planned:
    """One request of a campaign; `number` and the campaign's seed make it again."""

    number: int
    kind: Kind
    seed: str

    def sent(self, target: Target) -> tuple[Sent, AbstractSet[int]]:
        """The request, and the statuses that are right for it."""
        return self.kind.sent(Random(f"{self.seed}/{self.number}"), target)


def plan(seed: str, count: int, *, slow_share: float = 0.01, heavy_most: int = 20) -> list[Planned]:
    """`count` requests: every kind once, then by weight, the slow and the heavy bounded."""
    source = Random(seed)
    weighted = [kind for kind in KINDS if not kind.slow and not kind.heavy]
    slow, heavy = ([kind for kind in KINDS if getattr(kind, trait)] for trait in ("slow", "heavy"))
    chosen = list(KINDS)
    chosen += source.choices(slow, k=int(count * slow_share))
    chosen += source.choices(heavy, k=min(heavy_most, count // 500))
    chosen += source.choices(weighted, [kind.weight for kind in weighted], k=max(0, count - len(chosen)))
    del chosen[count:]
    source.shuffle(chosen)
    return [Planned(number, kind, seed) for number, kind in enumerate(chosen)]
