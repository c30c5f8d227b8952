"""Pictures made to hold a worker: scans behind a mark of two pictures, millions of parts; and sound ones too."""

import struct

from PIL import Image

from tests.support import pictures
from tests.support.hostile import carriers, corpus
from tests.support.hostile.pictures import Drawn
from tests.support.models import COLOURS

from .attack import Act, Aim
from .barrage import Barrage

_BYTES = 9_500_000
_ANY = frozenset({200, 413, 415, 422})
_SCANS = 2010
_EXIFS = (
    b"Exif\0\0" + b"nonsense that is no TIFF at all",
    b"Exif\0\0II*\0" + b"\xff" * 40,
    b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\x03" * 12,
    b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\xff\xff\xff\x7f\xff\xff\xff\x7f",
    b"Exif\0\0",
)
"""EXIF segments in which no orientation can be found: no TIFF, cut, of wrong types and lengths."""


def two_picture_scans(aim: Aim) -> Act:
    """231 kB of JPEG with 2,010 scans, marked as a phone's file of two pictures."""
    jpeg = marked_as_two(corpus.many_scans(4900, _SCANS))
    return _barrage(aim, [Drawn(jpeg)], frozenset({413, 422}), clients=2)


def many_parts(aim: Aim) -> Act:
    """GIF and WebP files of millions of parts, each a few bytes long."""
    gif, webp = corpus.coloured("red", "GIF"), corpus.coloured("red", "WEBP")
    image = gif.index(b",", 13)
    parts = webp[12:] + b"ABCD\0\0\0\0" * (_BYTES // 8)
    files = [
        gif[:image] + b"\x21\xfe\x01c\0" * (_BYTES // 5) + gif[image:],
        gif[:image] + b"\x21\xfe" + b"\x01c" * (_BYTES // 2) + b"\0" + gif[image:],
        gif[:-1] + gif[image:-1] * (_BYTES // len(gif[image:-1])) + b";",
        b"RIFF" + struct.pack("<I", 4 + len(parts)) + b"WEBP" + parts,
    ]
    return _barrage(aim, [Drawn(data) for data in files], _ANY, clients=4)


def broken_orientation(aim: Aim) -> Act:
    """Sound pictures whose EXIF data are not: each is answered by what it shows."""
    image = Image.new("RGB", (60, 40), COLOURS["red"])
    files = [pictures.encoded(image, form, exif=exif) for exif in _EXIFS for form in ("JPEG", "WEBP", "PNG")]
    return _barrage(aim, [Drawn(data, "red") for data in files], frozenset({200}))


def marked_as_two(jpeg: bytes) -> bytes:
    """`jpeg` with the segment by which phones say that a second picture follows in the file."""
    entries = struct.pack("<IIIHH", 0x20030000, len(jpeg), 0, 0, 0) + struct.pack("<IIIHH", 0, 100, 100, 0, 0)
    tags = struct.pack("<HHI4s", 0xB000, 7, 4, b"0100") + struct.pack("<HHII", 0xB001, 4, 1, 2)
    tags += struct.pack("<HHII", 0xB002, 7, len(entries), 8 + 2 + 3 * 12 + 4)
    tiff = b"II*\0\x08\0\0\0\x03\0" + tags + bytes(4) + entries
    body = b"MPF\0" + tiff
    return jpeg[:2] + b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def _barrage(aim: Aim, files: list[Drawn], allowed: frozenset[int], clients: int = 1) -> Act:
    """The files as bodies of their own."""
    source = aim.source()
    return Barrage([carriers.raw(source, drawn) for drawn in files], allowed, clients).act(aim)
