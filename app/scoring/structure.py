"""The structure of a picture file, walked before any decoder sees it.

Decoders go through segments, chunks, blocks and scans one by one, some of them in Python and some with a pass over the
whole picture: a small file with very many of them may take a processor for minutes. Some allocate what a header claims
as soon as they open it. All that decides on a picture before it is decoded is therefore read here, from its bytes.
"""

import re
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

UPRIGHT = 1
"""The orientation of a picture that states none."""

_Part = tuple[bytes, int, int]
"""The kind of a part of the file, the place where it begins, and the place behind it."""


class StructureError(Exception):
    """A file with more parts than any picture needs, or without an image or a size; the message says which."""


@dataclass(frozen=True)
class Structure:
    """A picture file before it is decoded.

    `scans` is the number of times the decoder goes over the picture. `whole` is set where the decoder holds the picture
    at full size even if a smaller one comes out. `pixels` is the file without metadata. `exif` is empty where the file
    has none.
    """

    form: str
    width: int
    height: int
    pixels: bytes
    exif: bytes = b""
    scans: int = 1
    whole: bool = True

    @property
    def orientation(self) -> int:
        """EXIF's number, 1 to 8. EXIF is often broken where the picture is sound: what cannot be read is upright."""
        exif = self.exif.removeprefix(b"Exif\0\0")
        with suppress(struct.error, LookupError):
            order = {b"II*\0": "<", b"MM\0*": ">"}[exif[:4]]
            (directory,) = struct.unpack_from(order + "I", exif, 4)
            (entries,) = struct.unpack_from(order + "H", exif, directory)
            for entry in range(directory + 2, directory + 2 + 12 * entries, 12):
                tag, kind, values = struct.unpack_from(order + "HHI", exif, entry)
                if (tag, values) == (0x0112, 1):
                    (value,) = struct.unpack_from(order + _WHOLE_NUMBERS[kind], exif, entry + 8)
                    return int(value) if 1 <= value <= 8 else UPRIGHT
        return UPRIGHT


_WHOLE_NUMBERS = {1: "B", 3: "H", 4: "I"}
"""The types of EXIF's whole numbers, as `struct` names them."""


def examine(data: bytes) -> Structure | None:
    """The structure of a JPEG, PNG, GIF or WebP file; None for other bytes.

    Raises StructureError where the parts are too many or no size is declared.
    """
    form = next((form for form in _FORMS if form.signature.match(data)), None)
    if form is None:
        return None
    parts = list(islice(form.walk(data), form.most + 1))
    if len(parts) > form.most:
        raise StructureError(f"the file has more than {form.most} {form.parts}")
    with suppress(struct.error, LookupError):  # bytes or parts are missing
        found = form.describe(data, parts)
        if found.width and found.height:
            return found
    raise StructureError("the file holds no image that declares its size")


# In a scan 0xFF is followed by 0, by a restart marker or by more of itself; anything else begins a segment.
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_SOI, _EOI, _SOS = b"\xd8", b"\xd9", b"\xda"
_FRAMES = b"\xc0\xc1\xc2\xc3\xc5\xc6\xc7\xc9\xca\xcb\xcd\xce\xcf"
_SEQUENTIAL = b"\xc0\xc1"
_EXIF = re.compile(rb"(?s)\xff\xe1..Exif\0\0")
# JFIF's and Adobe's segments say which colours the components are; shorter ones say nothing.
_FOR_THE_DECODER = re.compile(rb"(?s)\xff(?:[\xc0-\xdf\xf0-\xfd]|\xe0..JFIF\0.{9}|\xee..Adobe.{7})")


def _walk_jpeg(data: bytes) -> Iterator[_Part]:
    """Segments before, between and after the scans, up to the end of the picture."""
    position = 2
    while (found := _MARKER.search(data, position)) and found[1] != _EOI:
        position = found.end()
        if found[1] >= b"\xc0" and found[1] != _SOI:  # the others have no payload
            position += max(2, int.from_bytes(data[position : position + 2], "big"))
        yield found[1], found.start(), position


def _describe_jpeg(data: bytes, segments: list[_Part]) -> Structure:
    """The structure of a JPEG file, without metadata but what the decoder takes the colours from."""
    scans = [start for marker, start, _ in segments if marker == _SOS]
    header = [part for part in segments if part[1] < scans[0] and part[0] != _SOI]
    frame, place = [(marker, start) for marker, start, _ in header if marker in _FRAMES][-1]
    height, width, components = struct.unpack_from(">HHB", data, place + 5)
    # A scan of some components only is no progressive one, but the decoder collects the others all the same.
    whole = frame not in _SEQUENTIAL or data[scans[0] + 4] < components
    kept = [data[start:stop] for _, start, stop in header if _FOR_THE_DECODER.match(data, start, stop)]
    exif = next((data[start + 4 : stop] for _, start, stop in header if _EXIF.match(data, start, stop)), b"")
    pixels = b"".join((data[:2], *kept, data[scans[0] :]))
    return Structure("JPEG", width, height, pixels, exif, len(scans), whole)


_PNG = b"\x89PNG\r\n\x1a\n"


def _walk_chunks(data: bytes) -> Iterator[_Part]:
    """PNG's chunks of a length, a kind, a payload and a check sum; WebP's of a kind, a length and an even payload."""
    png = data.startswith(_PNG)
    kind, position = b"", 8 if png else 12
    while kind != b"IEND" and position + 8 <= len(data):
        start, first, second = position, data[position : position + 4], data[position + 4 : position + 8]
        if png:
            kind, position = second, start + 12 + int.from_bytes(first, "big")
        else:
            length = int.from_bytes(second, "little")
            kind, position = first, start + 8 + length + (length & 1)
        yield kind, start, position


def _describe_png(data: bytes, chunks: list[_Part]) -> Structure:
    """The structure of a PNG file, without chunks beside the pixels (a small first letter) but their transparency."""
    first = {kind: (start, stop) for kind, start, stop in reversed(chunks)}
    width, height = struct.unpack_from(">II", data, first[b"IHDR"][0] + 8)
    start, stop = first.get(b"eXIf", (0, 0))
    kept = [data[start:stop] for kind, start, stop in chunks if not kind[0] & 0x20 or kind == b"tRNS"]
    return Structure("PNG", width, height, b"".join((data[:8], *kept)), data[start + 8 : stop])


_CANVAS = {b"VP8X": (24, 24, 24, 1), b"VP8L": (21, 14, 14, 1), b"VP8 ": (26, 16, 14, 0)}
"""By the first chunk: the width's place, the bits from there to the height, the bits of each, and what is added."""
_EXIF_FLAG = 0x08


def _describe_webp(data: bytes, chunks: list[_Part]) -> Structure:
    """The structure of a WebP file, which the decoder gets as it is: its library bounds itself."""
    kind = chunks[0][0]
    place, apart, bits, more = _CANVAS[kind]
    number, mask = int.from_bytes(data[place : place + 6], "little"), (1 << bits) - 1
    width, height = (number & mask) + more, (number >> apart & mask) + more
    flagged = kind == b"VP8X" and data[20] & _EXIF_FLAG
    exif = next((data[start + 8 : stop] for kind, start, stop in chunks if kind == b"EXIF" and flagged), b"")
    return Structure("WEBP", width, height, data, exif)


_EXTENSION, _IMAGE, _TRAILER, _CONTROL = b"!", b",", b";", b"!\xf9\x04"
_MOST_SUB_BLOCKS = 1 << 18
"""Writers fill sub-blocks of 255 bytes: these are 64 MiB."""


def _walk_gif(data: bytes) -> Iterator[_Part]:
    """Blocks up to the first image, which is the only one that is decoded."""
    kind, position, end, sub_blocks = b"", 13 + _size_colours(data, 10), len(data), 0
    while kind != _IMAGE and (kind := data[position : position + 1]) not in (b"", _TRAILER):
        start = position
        position += {_EXTENSION: 2, _IMAGE: 11 + _size_colours(data, start + 9)}.get(kind, 0)
        if kind in (_EXTENSION, _IMAGE):
            while position < end and (size := data[position]):
                position += 1 + size
                sub_blocks += 1
                if sub_blocks > _MOST_SUB_BLOCKS:
                    raise StructureError(f"the file has more than {_MOST_SUB_BLOCKS} sub-blocks")
        position += 1  # the end of the sub-blocks, or junk: decoders look for the next block byte by byte
        yield kind, start, position


def _describe_gif(data: bytes, blocks: list[_Part]) -> Structure:
    """The structure of a GIF file; its size covers the first image, which may reach beyond the screen.

    The decoder gets the screen, the image and its transparency. Pillow takes an empty extension for the beginning of a
    longer one, and so may see other images than there are.
    """
    _, start, stop = [block for block in blocks if block[0] == _IMAGE][-1]
    across, down = struct.unpack_from("<HH", data, 6)
    left, top, width, height = struct.unpack_from("<4H", data, start + 1)
    controls = [data[start:stop] for kind, start, stop in blocks if kind == _EXTENSION and stop - start == 8]
    # Only the flag of transparency: to dispose of the image means more memory before it is decoded.
    control = [block[:3] + bytes([block[3] & 1]) + block[4:] for block in controls if block.startswith(_CONTROL)]
    screen = data[: 13 + _size_colours(data, 10)]
    pixels = b"".join((screen, *control[-1:], data[start:stop], _TRAILER))
    return Structure("GIF", max(across, left + width), max(down, top + height), pixels)


def _size_colours(data: bytes, place: int) -> int:
    """The bytes of the colour table that the flags at `place` announce."""
    flags = data[place] if place < len(data) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


@dataclass(frozen=True)
class _Form:
    """A file format: the walk over its parts, the number of them that no real picture reaches, and their meaning."""

    signature: re.Pattern[bytes]
    walk: Callable[[bytes], Iterator[_Part]]
    most: int
    parts: str
    describe: Callable[[bytes, list[_Part]], Structure]


_FORMS = (
    # Real files have a few dozen; the largest colour profiles and metadata take some hundred.
    _Form(re.compile(rb"\xff\xd8\xff"), _walk_jpeg, 2048, "segments", _describe_jpeg),
    # PNG writers cut pixels into chunks of 8 KiB and more.
    _Form(re.compile(_PNG), _walk_chunks, 16_384, "chunks", _describe_png),
    # A still picture has one to six; each frame of an animation is one more.
    _Form(re.compile(rb"(?s)RIFF.{4}WEBP"), _walk_chunks, 16_384, "chunks", _describe_webp),
    # Before the first image real files have two or three.
    _Form(re.compile(rb"GIF8[79]a"), _walk_gif, 4096, "blocks, or junk, before its first image", _describe_gif),
)
