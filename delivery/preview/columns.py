"""Which column of the picture a box stands in: givers left of takers."""

from collections.abc import Collection, Mapping, Sequence

Pair = tuple[str, str]
"""A giver and a taker."""


def columns(names: Collection[str], needs: Mapping[Pair, Sequence[object]]) -> dict[str, int]:
    """The column of each name, from 0 on without gaps. A need that would close a circle does not count."""
    found = dict.fromkeys(names, 0)
    forward = _without_circles(names, needs)
    for _ in names:  # the longest way has at most as many steps as there are names
        moved = False
        for giver, taker in forward:
            if found[taker] <= found[giver]:
                found[taker], moved = found[giver] + 1, True
        if not moved:
            break
    used = sorted(set(found.values()))
    return {name: used.index(column) for name, column in found.items()}


def _without_circles(names: Collection[str], needs: Mapping[Pair, Sequence[object]]) -> list[Pair]:
    """The needs, strongest first, leaving out each that would close a circle."""
    bit = {name: 1 << number for number, name in enumerate(names)}
    reach = dict(bit)  # what can be reached from a name, itself included, as a set of bits
    kept = []
    for giver, taker in sorted(needs, key=lambda pair: (-len(needs[pair]), pair)):
        if reach[taker] & bit[giver]:
            continue
        kept.append((giver, taker))
        for name, reached in reach.items():
            if reached & bit[giver]:
                reach[name] |= reach[taker]
    return kept
