"""The shape of the EfficientNet-Lite family (Tan and Le 2019, and its Lite variants of 2020)."""

import math
from dataclasses import dataclass

INPUT = "image"
OUTPUT = "probabilities"
OPSET = 17
STEM_FILTERS = 32
HEAD_FILTERS = 1280
CLASSES = 1000


@dataclass(frozen=True)
class Block:
    """One inverted bottleneck: widen by `expansion`, convolve each channel, narrow to `filters`."""

    kernel: int
    stride: int
    expansion: int
    sources: int
    filters: int

    @property
    def skips(self) -> bool:
        """True where the block's input is added to its output."""
        return self.stride == 1 and self.sources == self.filters


# repeats, kernel, stride, expansion, filters: EfficientNet-B0's stages without squeeze and excitation.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


@dataclass(frozen=True)
class Network:
    """One member of the family: how far the base is widened and deepened, and the side of its input in pixels."""

    width: float
    depth: float
    side: int

    def blocks(self) -> list[Block]:
        """The blocks from stem to head. The Lite variants never deepen the first and the last stage."""
        blocks: list[Block] = []
        sources = STEM_FILTERS
        for place, (repeats, kernel, stride, expansion, filters) in enumerate(_STAGES):
            ends = place in (0, len(_STAGES) - 1)
            count = repeats if ends else math.ceil(repeats * self.depth)
            for repeat in range(count):
                block = Block(kernel, stride if repeat == 0 else 1, expansion, sources, self._widened(filters))
                sources = block.filters
                blocks.append(block)
        return blocks

    def _widened(self, filters: int) -> int:
        """The scaled number, to the nearest multiple of eight, yet never less than nine tenths of it."""
        scaled = filters * self.width
        rounded = max(8, int(scaled + 4) // 8 * 8)
        return rounded + 8 if rounded < 0.9 * scaled else rounded


LITE0 = Network(width=1.0, depth=1.0, side=224)
LITE1 = Network(width=1.0, depth=1.1, side=240)
LITE2 = Network(width=1.1, depth=1.2, side=260)


def same_padding(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's SAME padding before and after one axis: an odd pixel goes after."""
    total = max((math.ceil(side / stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2
