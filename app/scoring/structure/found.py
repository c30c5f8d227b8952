"""The facts that a walk over a file yields."""

from dataclasses import dataclass


class StructureError(Exception):
    """A file with more parts than any picture needs, or without an image or a size; the message says which."""


@dataclass(frozen=True)
class Structure:
    """A picture file before it is decoded.

    `scans` is the number of times the decoder goes over the picture. `whole` is set where the decoder holds the picture
    at full size even if a smaller one comes out. `pixels` is the file without metadata. `exif` and `xmp` may hold an
    orientation, and are empty where the file has none.
    """

    form: str
    width: int
    height: int
    pixels: bytes
    scans: int = 1
    whole: bool = True
    exif: bytes = b""
    xmp: bytes = b""
