"""Bounds on one picture."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds in pixels.

    `max_pixels` bounds the size that the header declares. `max_decoded_pixels` bounds what is really held in memory, at
    up to 16 bytes a pixel (WebP; 8 to 10 in the other formats): a baseline JPEG of one scan is decoded at a fraction of
    its size, everything else whole.
    """

    max_pixels: int = 64_000_000
    max_decoded_pixels: int = 25_000_000
    min_side: int = 16
    max_aspect: int = 50


FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
"""The formats that are taken, as answers name them."""
