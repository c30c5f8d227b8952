"""Building blocks of hostile pictures: each made once, since some take a second."""

import random
import struct
import zlib
from collections.abc import Iterator
from functools import cache

from PIL import Image

from tests.support.models import COLOURS
from tests.support.pictures import encoded, plain

FORMS = ("JPEG", "PNG", "WEBP", "GIF")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@cache
def coloured(colour: str, form: str) -> bytes:
    """A small valid picture of one colour."""
    return plain(colour, (64, 48), form, **({"lossless": True} if form == "WEBP" else {}))


@cache
def noise(form: str) -> bytes:
    """A valid picture of some 20 KiB in which no byte is redundant."""
    source = random.Random(form)
    image = Image.frombytes("RGB", (96, 72), source.randbytes(96 * 72 * 3))
    return encoded(image, form, **({"lossless": True} if form == "WEBP" else {}))


def chunk(kind: bytes, data: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int, *, depth: int = 8, colour: int = 0, interlace: int = 0) -> bytes:
    """A PNG's first chunk."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def png(*chunks: bytes) -> bytes:
    """A PNG of these chunks."""
    return _SIGNATURE + b"".join(chunks) + chunk(b"IEND", b"")


@cache
def zeros(count: int) -> bytes:
    """`count` zero bytes, deflated: a thousandth of that."""
    deflate = zlib.compressobj(6)
    pieces = [deflate.compress(bytes(step)) for step in _steps(count)]
    return b"".join(pieces) + deflate.flush()


@cache
def bomb(side: int) -> bytes:
    """A whole and valid black PNG of `side` x `side` pixels."""
    return png(header(side, side), chunk(b"IDAT", zeros(side * (side + 1))))


@cache
def sixteen_bit(value: int, side: int = 40) -> bytes:
    """A grey PNG of 16 bits a pixel."""
    rows = (b"\0" + struct.pack(">H", value) * side) * side
    return png(header(side, side, depth=16), chunk(b"IDAT", zlib.compress(rows)))


@cache
def sixteen_bit_colour(colour: str, side: int = 40) -> bytes:
    """An RGB PNG of 16 bits a channel."""
    pixel = struct.pack(">HHH", *(257 * part for part in COLOURS[colour]))
    return png(header(side, side, depth=16, colour=2), chunk(b"IDAT", zlib.compress((b"\0" + pixel * side) * side)))


@cache
def large_jpeg(side: int, *, progressive: bool) -> bytes:
    """A grey JPEG of `side` x `side` pixels."""
    return encoded(Image.new("L", (side, side), 250), "JPEG", progressive=progressive, quality=30)


@cache
def many_scans(side: int, count: int) -> bytes:
    """A progressive JPEG whose last scan, a few bytes long, comes `count` times: each goes over the whole picture."""
    whole = large_jpeg(side, progressive=True)
    scan = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + count * scan + whole[-2:]


@cache
def large_png(side: int, depth: int, colour: int) -> bytes:
    """A black or transparent PNG of `side` x `side` pixels, of any kind of pixel."""
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    row = 1 + side * channels * depth // 8
    return png(header(side, side, depth=depth, colour=colour), chunk(b"IDAT", zeros(side * row)))


def _steps(count: int) -> Iterator[int]:
    while count > 0:
        yield min(count, 1 << 20)
        count -= 1 << 20
