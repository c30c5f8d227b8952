"""WebP: chunks in a RIFF container; the first one declares the canvas."""

from .found import Structure, StructureError

MOST_CHUNKS = 16_384
"""A still picture has one to six; each frame of an animation is one more."""

_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04


def examine(data: bytes) -> Structure:
    """The structure of a WebP file."""
    wanted = {b"EXIF": _EXIF_FLAG, b"XMP ": _XMP_FLAG}
    flags = data[20] if data[12:16] == b"VP8X" and len(data) > 20 else 0
    found: dict[bytes, bytes] = {}
    position, chunks = 12, 0
    while position + 8 <= len(data):
        kind, start = data[position : position + 4], position + 8
        length = int.from_bytes(data[position + 4 : start], "little")
        position = start + length + (length & 1)
        chunks += 1
        if chunks > MOST_CHUNKS:
            raise StructureError(f"the file has more than {MOST_CHUNKS} chunks")
        if flags & wanted.get(kind, 0):
            found.setdefault(kind, data[start : start + length])
    exif = found.get(b"EXIF", b"").removeprefix(b"Exif\0\0")
    return Structure("WEBP", *_size(data), data, exif=exif, xmp=found.get(b"XMP ", b""))


def _size(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X" and len(data) >= 30:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8 " and len(data) >= 30:
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    if kind == b"VP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 0, 0
