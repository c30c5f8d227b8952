"""JPEG: segments up to the first scan, then scans with segments between them."""

import re
from collections.abc import Iterator

from .found import Structure, StructureError

MOST_SEGMENTS = 2048
"""Real files have a few dozen; the largest colour profiles and metadata take some hundred."""
_MOST_JUNK = 4096

_SOS, _EOI, _APP0, _APP1, _APP14, _COM = 0xDA, 0xD9, 0xE0, 0xE1, 0xEE, 0xFE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEQUENTIAL = (0xC0, 0xC1)
_METADATA = frozenset(range(0xE0, 0xF0)) | {_COM}
_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
# In a scan 0xFF is followed by 0, by a restart marker or by more of itself; anything else begins a segment.
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def examine(data: bytes) -> Structure:
    """The structure of a JPEG file. The decoder gets no metadata but what it takes the colours from."""
    kept, exif, xmp = [data[:2]], b"", b""
    size, frame, components = (0, 0), 0, 0
    scans, in_first, end = 0, 0, len(data)
    for marker, start, payload, stop in _segments(data):
        if marker == _SOS:
            if scans == 0:
                in_first, end = data[payload] if payload < len(data) else 0, start
            scans += 1
        elif scans:
            continue
        elif marker in _METADATA:
            if _is_for_the_decoder(marker, data[payload:stop]):
                kept.append(data[start:stop])
            elif marker == _APP1 and data.startswith(_EXIF, payload):
                exif = exif or data[payload + len(_EXIF) : stop]
            elif marker == _APP1 and data.startswith(_XMP, payload):
                xmp = xmp or data[payload + len(_XMP) : stop]
        else:
            kept.append(data[start:stop])
            if marker in _FRAMES and stop - payload >= 6:
                frame, components = marker, data[payload + 5]
                height, width = (int.from_bytes(data[at : at + 2], "big") for at in (payload + 1, payload + 3))
                size = width, height
    kept.append(data[end:])
    # A scan of some components only is no progressive one, but the decoder collects the others all the same.
    whole = frame not in _SEQUENTIAL or in_first < components
    return Structure("JPEG", *size, b"".join(kept), scans, whole, exif, xmp)


def _segments(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Each segment up to the end of the picture: its marker, its start, its payload's start, and its end."""
    position, segments, junk, in_scan = 2, 0, 0, False
    while position + 2 <= len(data):
        if in_scan:
            found = _MARKER.search(data, position)
            if found is None:
                return
            position = found.end() - 2
        marker = data[position + 1]
        if data[position] != 0xFF or marker in (0x00, 0xFF):
            junk += 1
            position += 1
            if junk > _MOST_JUNK:
                raise StructureError(f"the file has more than {_MOST_JUNK} bytes of junk between its segments")
            continue
        segments += 1
        if segments > MOST_SEGMENTS:
            raise StructureError(f"the file has more than {MOST_SEGMENTS} segments")
        if marker == _EOI:
            return
        start, position = position, position + 2
        if marker >= 0xC0 and not 0xD0 <= marker <= 0xD8:  # the others have no payload
            payload = position + 2
            position += max(2, int.from_bytes(data[position:payload], "big"))
            yield marker, start, payload, position
        in_scan = in_scan or marker == _SOS


def _is_for_the_decoder(marker: int, payload: bytes) -> bool:
    """JFIF's and Adobe's segments say which colours the components are; shorter ones say nothing."""
    if marker == _APP0:
        return payload.startswith(b"JFIF\0") and len(payload) >= 14
    return marker == _APP14 and payload.startswith(b"Adobe") and len(payload) >= 12
