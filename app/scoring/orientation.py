"""The orientation of a picture, from its metadata: 1 to 8 as EXIF counts them.

Metadata is often broken where the picture is sound: what cannot be read is upright.
"""

import re

UPRIGHT = 1

_TAG = 0x0112
_ENTRY = 12
_SIZES = {1: 1, 3: 2, 4: 4}
"""Bytes of the whole numbers that writers use: BYTE, SHORT, LONG."""
_XMP = re.compile(rb"tiff:Orientation\s*(?:=\s*[\"']|>)\s*([1-8])(?![0-9])")


def read_orientation(exif: bytes, xmp: bytes) -> int:
    """The orientation that EXIF (a TIFF header with its directory) states, else XMP, else UPRIGHT."""
    found = _from_exif(exif)
    if found is None and (match := _XMP.search(xmp)):
        found = int(match[1])
    return found or UPRIGHT


def _from_exif(exif: bytes) -> int | None:
    if exif[:4] not in (b"II*\0", b"MM\0*"):
        return None

    def number(place: int, size: int) -> int:
        return int.from_bytes(exif[place : place + size], "little" if exif[:2] == b"II" else "big")

    directory = number(4, 4)
    first = directory + 2
    for entry in range(first, min(first + number(directory, 2) * _ENTRY, len(exif) - _ENTRY + 1), _ENTRY):
        if number(entry, 2) == _TAG:
            size = _SIZES.get(number(entry + 2, 2), 0)
            value = number(entry + 8, size)
            return value if 1 <= value <= 8 and number(entry + 4, 4) == 1 else None
    return None
