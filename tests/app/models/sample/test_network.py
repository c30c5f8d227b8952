"""The family's shapes, against literals from its publication."""

import pytest

from app.models.sample.network import LITE0, LITE1, LITE2, Block, Network, same_padding


def test_lite0_is_the_base_network() -> None:
    assert LITE0.blocks() == [
        Block(3, 1, 1, 32, 16),
        Block(3, 2, 6, 16, 24),
        Block(3, 1, 6, 24, 24),
        Block(5, 2, 6, 24, 40),
        Block(5, 1, 6, 40, 40),
        Block(3, 2, 6, 40, 80),
        Block(3, 1, 6, 80, 80),
        Block(3, 1, 6, 80, 80),
        Block(5, 1, 6, 80, 112),
        Block(5, 1, 6, 112, 112),
        Block(5, 1, 6, 112, 112),
        Block(5, 2, 6, 112, 192),
        Block(5, 1, 6, 192, 192),
        Block(5, 1, 6, 192, 192),
        Block(5, 1, 6, 192, 192),
        Block(3, 1, 6, 192, 320),
    ]


@pytest.mark.parametrize(
    ("network", "side", "filters"),
    [
        (LITE1, 240, [16, *[24] * 3, *[40] * 3, *[80] * 4, *[112] * 4, *[192] * 5, 320]),
        (LITE2, 260, [16, *[24] * 3, *[48] * 3, *[88] * 4, *[120] * 4, *[208] * 5, 352]),
    ],
)
def test_the_larger_ones_are_deeper_but_for_their_ends_and_wider_by_eights(
    network: Network, side: int, filters: list[int]
) -> None:
    assert network.side == side
    assert [block.filters for block in network.blocks()] == filters


def test_only_blocks_that_keep_their_shape_skip() -> None:
    assert [number for number, block in enumerate(LITE0.blocks()) if block.skips] == [2, 4, 6, 7, 9, 10, 12, 13, 14]


@pytest.mark.parametrize(
    ("side", "kernel", "stride", "padding"),
    [
        (224, 3, 2, (0, 1)),
        (65, 3, 2, (1, 1)),
        (112, 3, 1, (1, 1)),
        (56, 5, 2, (1, 2)),
        (33, 5, 2, (2, 2)),
        (7, 1, 1, (0, 0)),
    ],
)
def test_padding_is_tensorflows(side: int, kernel: int, stride: int, padding: tuple[int, int]) -> None:
    assert same_padding(side, kernel, stride) == padding
