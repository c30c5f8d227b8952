"""GIF: blocks of sub-blocks, walked through the first image, which is the only one that is decoded."""

from .found import Structure, StructureError

MOST_BLOCKS = 4096
"""Before the first image real files have two or three."""
MOST_SUB_BLOCKS = 1 << 18
"""Writers fill sub-blocks of 255 bytes: these are 64 MiB."""

_EXTENSION, _IMAGE, _TRAILER, _CONTROL = 0x21, 0x2C, 0x3B, 0xF9


def examine(data: bytes) -> Structure:
    """The structure of a GIF file; its size covers the first image, which may reach beyond the screen.

    The decoder gets the screen, the image and its transparency. Pillow takes an empty extension for the beginning of a
    longer one, and so may see other images than there are.
    """
    position, sub_blocks = 13 + _colours(data, 10), 0
    screen, control = data[:position], b""
    for _ in range(MOST_BLOCKS):
        kind, start = data[position] if position < len(data) else _TRAILER, position
        if kind == _IMAGE:
            position, _ = _after(data, position + 11 + _colours(data, position + 9), sub_blocks)
            return Structure("GIF", *_size(data, start), screen + control + data[start:position] + b";")
        if kind == _TRAILER:
            raise StructureError("the file has no image")
        if kind == _EXTENSION:
            position, sub_blocks = _after(data, position + 2, sub_blocks)
            if data[start + 1 : start + 3] == bytes([_CONTROL, 4]) and position == start + 8:
                # Only the flag of transparency: to dispose of the image means more memory before it is decoded.
                control = data[start : start + 3] + bytes([data[start + 3] & 1]) + data[start + 4 : position]
        else:
            position += 1  # decoders look for the next block byte by byte
    raise StructureError(f"the file has more than {MOST_BLOCKS} blocks, or junk, before its first image")


def _size(data: bytes, image: int) -> tuple[int, int]:
    """The screen's size, or what the image at this place needs beyond it."""
    right = _number(data, image + 1) + _number(data, image + 5)
    bottom = _number(data, image + 3) + _number(data, image + 7)
    return max(_number(data, 6), right), max(_number(data, 8), bottom)


def _after(data: bytes, position: int, sub_blocks: int) -> tuple[int, int]:
    """The place behind the sub-blocks that begin at `position`, and the number of all so far."""
    while position < len(data) and data[position]:
        position += 1 + data[position]
        sub_blocks += 1
        if sub_blocks > MOST_SUB_BLOCKS:
            raise StructureError(f"the file has more than {MOST_SUB_BLOCKS} sub-blocks")
    return position + 1, sub_blocks


def _number(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 2], "little")


def _colours(data: bytes, place: int) -> int:
    """The bytes of the colour table that the flags at `place` announce."""
    flags = data[place] if place < len(data) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0
