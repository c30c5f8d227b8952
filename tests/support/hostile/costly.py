"""Pictures that are small to send and large to hold, or quick to send and long to decode."""

import struct
import zlib
from random import Random

from . import corpus
from .corpus import chunk, header, png
from .pictures import Drawn


def bomb(source: Random) -> Drawn:
    """A quarter of a megabyte that would unfold to some hundred."""
    return Drawn(corpus.bomb(source.choice((13000, 20000))))


def claimed_size(source: Random) -> Drawn:
    """Headers that claim more than there is."""
    side = source.choice((8001, 30000, 65535))
    gif = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + bytes(6) + b"\x2c" + bytes(4)
    gif += struct.pack("<HHB", side, side, 0) + b"\x02\x02\x4c\x01\x00;"
    jpeg = bytearray(corpus.coloured("red", "JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", side, side)
    huge = png(header(side, side * source.choice((1, 1000)), colour=2), chunk(b"IDAT", corpus.zeros(1000)))
    return Drawn(source.choice((gif, bytes(jpeg), huge)))


def large_baseline(_source: Random) -> Drawn:
    """36 megapixels that a decoder can shrink on the way."""
    return Drawn(corpus.large_jpeg(6000, progressive=False), "white")


def large_progressive(_source: Random) -> Drawn:
    """36 megapixels that it cannot."""
    return Drawn(corpus.large_jpeg(6000, progressive=True))


def large_allowed(source: Random) -> Drawn:
    """Just within the limits, in the pixels that take most memory."""
    depth, colour = source.choice(((8, 2), (16, 0), (16, 2), (16, 6), (8, 6)))
    return Drawn(corpus.large_png(4990, depth, colour))


def many_scans(source: Random) -> Drawn:
    """A hundred kilobytes that take a decoder most of a minute."""
    return Drawn(corpus.many_scans(4900, source.choice((300, 1000))))


def many_segments(source: Random) -> Drawn:
    """Small pieces by the ten thousand: slow where each is handled, ruinous where each is appended to the last."""
    jpeg, gif = corpus.coloured("red", "JPEG"), corpus.coloured("red", "GIF")
    pixels = chunk(b"IDAT", zlib.compress(bytes(33 * 32)))
    image = gif.index(b",", 13)
    exif = b"\xff\xe1\0\x20Exif\0\0" + bytes(24)
    return Drawn(
        source.choice(
            (
                jpeg[:2] + exif * 270_000 + jpeg[2:],
                jpeg[:2] + b"\xff\xe5\0\x02" * 500_000 + jpeg[2:],
                jpeg[:2] + b"\xff" * 2_000_000 + jpeg[2:],
                png(header(32, 32), chunk(b"prVt", b"") * 150_000, pixels),
                png(header(32, 32), chunk(b"tEXt", b"a\0") * 150_000, pixels),
                gif[:image] + b"\x21\xfe\x01c\0" * 400_000 + gif[image:],
                gif[:image] + b"\x21\xfe" + b"\x01c" * 1_000_000 + b"\0" + gif[image:],
            )
        )
    )


def text_bomb(source: Random) -> Drawn:
    """80 MB of text or colour profile in 80 KB, before or behind the pixels."""
    kind, start = source.choice(((b"zTXt", b"a\0\0"), (b"iTXt", b"a\0\1\0\0\0"), (b"iCCP", b"a\0\0")))
    text = chunk(kind, start + corpus.zeros(80_000_000))
    pixels = chunk(b"IDAT", zlib.compress(bytes(33 * 32)))
    chunks = (text, pixels) if kind == b"iCCP" or source.random() < 0.7 else (pixels, text)
    return Drawn(png(header(32, 32), *chunks))


def many_texts(source: Random) -> Drawn:
    """A thousand small bombs instead of one large."""
    texts = [chunk(b"zTXt", f"k{number}".encode() + b"\0\0" + corpus.zeros(250_000)) for number in range(100)]
    pixels = chunk(b"IDAT", zlib.compress(bytes(33 * 32)))
    return Drawn(png(header(32, 32), *texts * source.choice((1, 4)), pixels))
