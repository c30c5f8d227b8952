"""The structure of a picture file, walked before any decoder sees it.

Decoders go through segments, chunks and scans one by one, some of them in Python and some with a pass over the whole
picture: a small file with very many of them may take a processor for minutes.
"""

MOST_SEGMENTS = 2048
"""Real files have a few dozen; the largest colour profiles and metadata take some hundred."""
MOST_CHUNKS = 16_384
"""PNG writers cut pixels into chunks of 8 KiB and more."""
_MOST_JUNK = 4096

_START_OF_SCAN = b"\xff\xda"


class StructureError(Exception):
    """A file with more parts than any picture needs; the message says of what."""


def check(form: str, data: bytes) -> None:
    """Raise StructureError where the parts of a JPEG or PNG file are too many."""
    if form == "JPEG":
        _check_segments(data)
    elif form == "PNG":
        _check_chunks(data)


def scans(data: bytes) -> int:
    """How many times a JPEG decoder goes over the picture. Exact but for scans of thumbnails in its metadata."""
    return data.count(_START_OF_SCAN)


def _check_segments(data: bytes) -> None:
    """Up to the first scan: marker, length, payload; bytes between segments are skipped one by one."""
    position, segments, junk = 2, 0, 0
    while position + 4 <= len(data) and data[position : position + 2] != _START_OF_SCAN:
        marker = data[position + 1]
        if data[position] != 0xFF or marker in (0x00, 0xFF):
            junk += 1
            position += 1
        elif 0xD0 <= marker <= 0xD9 or marker == 0x01:
            segments += 1
            position += 2  # markers without a payload
        else:
            segments += 1
            position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if segments > MOST_SEGMENTS or junk > _MOST_JUNK:
            raise StructureError(f"the file has more than {MOST_SEGMENTS} segments, or junk between them")


def _check_chunks(data: bytes) -> None:
    position, chunks = 8, 0
    while position + 8 <= len(data):
        position += 12 + int.from_bytes(data[position : position + 4], "big")
        chunks += 1
        if chunks > MOST_CHUNKS:
            raise StructureError(f"the file has more than {MOST_CHUNKS} chunks")
