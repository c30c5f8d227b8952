"""The structure of a picture file, walked before any decoder sees it.

Decoders go through segments, chunks, blocks and scans one by one, some of them in Python and some with a pass over the
whole picture: a small file with very many of them may take a processor for minutes. Some allocate what a header claims
as soon as they open it. All that decides on a picture before it is decoded is therefore read here, from its bytes.
"""

from . import gif, jpeg, png, webp
from .found import Structure, StructureError

__all__ = ["Structure", "StructureError", "examine"]


def examine(data: bytes) -> Structure | None:
    """The structure of a JPEG, PNG, GIF or WebP file; None for other bytes.

    Raises StructureError where the parts are too many or no size is declared.
    """
    found: Structure
    if data[:3] == b"\xff\xd8\xff":
        found = jpeg.examine(data)
    elif data[:8] == b"\x89PNG\r\n\x1a\n":
        found = png.examine(data)
    elif data[:6] in (b"GIF87a", b"GIF89a"):
        found = gif.examine(data)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = webp.examine(data)
    else:
        return None
    if not found.width or not found.height:
        raise StructureError("the file declares no size")
    return found
