"""Pictures for each kind of classifier: photos that packages ship, and drawn pages, lines, codes and byte plots."""

import io
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from app.models.sample.photos import FAMILIAR, MEASURE

_TEXT = "quick brown fox jumps over a lazy dog seven grey geese wait near old stone"
_WORDS = _TEXT.split()
_PAPER, _INK = (255, 255, 255), (20, 20, 30)


def photos() -> list[bytes]:
    """Twenty-seven photos, as their packages ship them."""
    return [photo.read() for photo in (*FAMILIAR, *MEASURE)]


def pages(count: int = 24) -> list[bytes]:
    """Printed pages of several shapes, each turned by one of four quarters."""
    drawn = []
    for seed in range(count):
        source = Random(seed)
        width, height = source.choice(((620, 877), (877, 620), (700, 700), (480, 900)))
        image = Image.new("RGB", (width, height), _PAPER)
        size = source.choice((16, 20, 26))
        pen, font = ImageDraw.Draw(image), ImageFont.load_default(size)
        pen.text((40, 30), " ".join(source.choices(_WORDS, k=3)).title(), _INK, ImageFont.load_default(34))
        for top in range(100, height - 60, int(size * 1.5)):
            pen.text((40, top), _line(source, font, width - 80), _INK, font)
        drawn.append(_png(image.rotate(90 * (seed % 4), expand=True)))
    return drawn


def short_lines() -> list[bytes]:
    """Lines of text up to four times as long as high."""
    return _lines(lambda ratio: ratio <= 4)


def long_lines() -> list[bytes]:
    """Lines of text more than four times as long as high."""
    return _lines(lambda ratio: ratio > 4)


def _lines(is_wanted: Callable[[float], bool], count: int = 16) -> list[bytes]:
    """Lines of wanted proportions, every other one upside down."""
    drawn: list[bytes] = []
    for seed in itertools.count():
        source = Random(seed)
        font = ImageFont.load_default(source.choice((24, 30, 40)))
        text = " ".join(source.choices(_WORDS, k=source.choice((1, 2, 3, 5))))
        left, top, right, bottom = (int(edge) for edge in font.getbbox(text))
        image = Image.new("RGB", (right - left + 16, bottom - top + 14), _PAPER)
        ImageDraw.Draw(image).text((8 - left, 7 - top), text, _INK, font)
        if is_wanted(image.width / image.height):
            drawn.append(_png(image.rotate(180 * (len(drawn) % 2))))
        if len(drawn) == count:
            break
    return drawn


def codes(count: int = 16) -> list[bytes]:
    """Five digits among lines and dots."""
    drawn = []
    for seed in range(count):
        source = Random(seed)
        image = Image.new("RGB", (155, 50), (235, 240, 245))
        pen = ImageDraw.Draw(image)
        for place in range(5):
            ink = tuple(source.randrange(120) for _ in range(3))
            pen.text(
                (10 + 28 * place, source.randrange(2, 14)), str(source.randrange(10)), ink, ImageFont.load_default(30)
            )
        for _ in range(6):
            ends = [source.randrange(155), source.randrange(50), source.randrange(155), source.randrange(50)]
            pen.line(ends, tuple(source.randrange(200) for _ in range(3)))
        drawn.append(_png(image))
    return drawn


def byte_plots(files: Sequence[Path], count: int = 16) -> list[bytes]:
    """Pieces of files as grey pictures, as malware researchers plot programs: one pixel a byte."""
    drawn = []
    for seed in range(count):
        source = Random(seed)
        data = files[seed % len(files)].read_bytes()
        width = source.choice((128, 256, 512))
        size = min(len(data) // width, source.choice((200, 400, 800))) * width
        start = source.randrange(len(data) - size + 1)
        plot = np.frombuffer(data[start : start + size], np.uint8).reshape(-1, width)
        drawn.append(_png(Image.fromarray(plot)))
    return drawn


def _line(source: Random, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    text = source.choice(_WORDS)
    while font.getlength(longer := f"{text} {source.choice(_WORDS)}") < width:
        text = longer
    return text


def _png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()
