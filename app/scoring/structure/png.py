"""PNG: chunks, of which those with a small first letter are beside the pixels."""

import zlib
from contextlib import suppress

from .found import Structure, StructureError

MOST_CHUNKS = 16_384
"""PNG writers cut pixels into chunks of 8 KiB and more."""
_MOST_TEXT = 1 << 18
_XMP, _RAW_EXIF = b"XML:com.adobe.xmp\0", b"Raw profile type exif\0"


def examine(data: bytes) -> Structure:
    """The structure of a PNG file. The decoder gets no chunk beside the pixels but their transparency."""
    kept, exif, xmp = [data[:8]], b"", b""
    size, position, chunks = (0, 0), 8, 0
    while position + 8 <= len(data):
        kind, start = data[position + 4 : position + 8], position
        length = int.from_bytes(data[position : position + 4], "big")
        position += 12 + length
        chunks += 1
        if chunks > MOST_CHUNKS:
            raise StructureError(f"the file has more than {MOST_CHUNKS} chunks")
        if kind == b"IHDR" and size == (0, 0):
            size = (
                int.from_bytes(data[start + 8 : start + 12], "big"),
                int.from_bytes(data[start + 12 : start + 16], "big"),
            )
        if not kind[0] & 0x20 or kind == b"tRNS":
            kept.append(data[start:position])
        elif kind == b"eXIf":
            exif = data[start + 8 : start + 8 + length].removeprefix(b"Exif\0\0")
        elif kind in (b"iTXt", b"zTXt", b"tEXt"):
            xmp = xmp or _xmp(kind, data[start + 8 : start + 8 + length])
            exif = exif or _raw_exif(kind, data[start + 8 : start + 8 + length])
        if kind == b"IEND":
            break
    return Structure("PNG", *size, b"".join(kept), exif=exif, xmp=xmp)


def _xmp(kind: bytes, text: bytes) -> bytes:
    """XMP of an iTXt chunk: keyword, compressed or not, method, language, keyword translated, text."""
    if kind != b"iTXt" or not text.startswith(_XMP):
        return b""
    compressed = text[len(_XMP) : len(_XMP) + 1] == b"\1"
    parts = text[len(_XMP) + 2 :].split(b"\0", 2)
    if len(parts) < 3:
        return b""
    return _unpacked(parts[2]) if compressed else parts[2]


def _raw_exif(kind: bytes, text: bytes) -> bytes:
    """ImageMagick's way before eXIf: a name, a length and hexadecimal digits as text."""
    if kind == b"iTXt" or not text.startswith(_RAW_EXIF):
        return b""
    text = text[len(_RAW_EXIF) :]
    lines = (_unpacked(text[1:]) if kind == b"zTXt" else text).split(b"\n", 3)
    with suppress(ValueError, IndexError):
        return bytes.fromhex(lines[3].decode("latin-1")).removeprefix(b"Exif\0\0")
    return b""


def _unpacked(packed: bytes) -> bytes:
    with suppress(zlib.error):
        return zlib.decompressobj().decompress(packed, _MOST_TEXT)
    return b""
