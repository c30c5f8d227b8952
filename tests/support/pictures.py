"""Pictures drawn for tests."""

import io

from PIL import Image

from .models import COLOURS


def plain(colour: str, size: tuple[int, int] = (64, 48), form: str = "PNG", **options: object) -> bytes:
    """A picture of one colour that the test model knows; `options` go to Pillow's writer."""
    return encoded(Image.new("RGB", size, COLOURS[colour]), form, **options)


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    """The bytes of a picture file."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()
