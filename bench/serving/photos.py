"""The photos of the bench: eight JPEG files of everyday size, made from photos that installed packages ship.

The same Pillow makes the same bytes each time.
"""

import io
from pathlib import Path

from PIL import Image

from app.models.sample.packages import package_file
from delivery.failure import NotFoundError

# Package and file in it, pixels, JPEG quality: 451 x 300 to 1024 x 768, 37 to 301 KiB.
_RECIPES = {
    "cat": ("skimage", "data/chelsea.png", (451, 300), 92),
    "astronaut": ("skimage", "data/astronaut.png", (512, 512), 88),
    "coffee": ("skimage", "data/coffee.png", (600, 400), 90),
    "flower": ("sklearn", "datasets/images/flower.jpg", (640, 427), 92),
    "palace": ("sklearn", "datasets/images/china.jpg", (640, 427), 95),
    "motorcycle": ("skimage", "data/motorcycle_left.png", (741, 500), 92),
    "galaxies": ("skimage", "data/hubble_deep_field.jpg", (1000, 872), 80),
    "rocket": ("skimage", "data/rocket.jpg", (1024, 768), 99),
}


class PhotosError(Exception):
    """There are no photos to send; the message says how to get some."""


def load(folder: Path | None) -> dict[str, bytes]:
    """The JPEG files of `folder`, or the eight of the bench, by name."""
    if folder is not None:
        photos = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.jpg"))}
        if not photos:
            raise PhotosError(f"{folder}: has no *.jpg files")
        return photos
    try:
        return {
            name: _jpeg(package_file(package, path), size, quality)
            for name, (package, path, size, quality) in _RECIPES.items()
        }
    except NotFoundError as error:
        raise PhotosError(f"{error}; or give --photos FOLDER with *.jpg files of your own") from None


def _jpeg(source: Path, size: tuple[int, int], quality: int) -> bytes:
    image = Image.open(source).convert("RGB").resize(size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
