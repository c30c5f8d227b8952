"""From the bytes of a picture, however hostile, to one row of a model's input tensor.

The file's own bytes choose the decoder and the limits; no decoder sees them before its size and parts are known to be
within limits. Pillow's `open` would choose by labels of its own, and allocate what a GIF claims.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from . import structure
from .limits import FORMATS, Limits
from .manifest import Input, Resize
from .orientation import read_orientation
from .structure import Structure

BACKGROUND = (255, 255, 255)
"""The colour that shows through transparent pixels: most pictures with alpha are drawn to lie on white paper."""

_DECODERS: dict[str, type[ImageFile.ImageFile]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
    "GIF": GifImageFile,
}
_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
_TURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_USUAL_SCANS = 12


class PictureError(Exception):
    """A picture that is refused; the message says why, in the sender's terms."""


class UnknownFormatError(PictureError):
    """The bytes are none of FORMATS."""


class TooManyPixelsError(PictureError):
    """The picture is within the formats but beyond the pixel limits."""


class BadPictureError(PictureError):
    """Recognised, but undecodable or of a shape that no model can see."""


@dataclass(frozen=True)
class Picture:
    """One decoded picture: its row for the model, and what the sender's file was."""

    row: NDArray[Any]
    format: str
    width: int
    height: int


def harden() -> None:
    """Set the process-wide switches of Pillow that no argument reaches."""
    # Our own limits are checked before anything is decoded; Pillow's would only warn, on stderr.
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False


def to_row(data: bytes, spec: Input, limits: Limits) -> Picture:
    """Decode `data` and bring it to shape (height, width, depth) or (depth, height, width), as `spec` says."""
    with _the_pictures_fault():
        found = structure.examine(data)
        if found is None:
            raise UnknownFormatError(f"the bytes are not a picture in one of {', '.join(FORMATS)}")
        _check_shape(found.width, found.height, limits)
        _check_scans(found, limits)
        if found.whole:
            _check_decoded(found.width * found.height, limits)
        image = _DECODERS[found.form](io.BytesIO(found.pixels))
        if image.size != (found.width, found.height):
            raise BadPictureError(f"the picture declares two sizes, {(found.width, found.height)} and {image.size}")
        _load(image, found, spec, limits)
        orientation = read_orientation(found.exif, found.xmp)
        small = _shrink(image, spec, turned=orientation in (5, 6, 7, 8))
        if orientation in _TURN:
            small = small.transpose(_TURN[orientation])
        small = _padded(small, spec)
    return Picture(to_tensor(np.asarray(small), spec), found.form, found.width, found.height)


def _check_shape(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.max_pixels:
        raise TooManyPixelsError(
            f"the picture has {width} x {height} = {width * height} pixels; at most {limits.max_pixels} are allowed"
        )
    if min(width, height) < limits.min_side:
        raise BadPictureError(
            f"the picture is {width} x {height} pixels; each side must have at least {limits.min_side}"
        )
    if max(width, height) > limits.max_aspect * min(width, height):
        raise BadPictureError(
            f"the picture is {width} x {height} pixels; one side may be at most {limits.max_aspect} times the other"
        )


def _check_scans(found: Structure, limits: Limits) -> None:
    """A JPEG costs its pixels once for each of its scans: ten in most that are progressive, one or three in others."""
    most = max(1, _USUAL_SCANS * limits.max_decoded_pixels // (found.width * found.height))
    if found.scans > most:
        raise BadPictureError(f"the picture has {found.scans} scans; at its size at most {most} are decoded")


def _load(image: Image.Image, found: Structure, spec: Input, limits: Limits) -> None:
    """Decode, where the format allows at a fraction of the size that still covers what the model needs.

    A way to resize that picks pixels gets those of the picture itself, as long as it is not too large for that.
    """
    exact = spec.resize.picks and found.width * found.height <= limits.max_decoded_pixels
    if not found.whole and not exact:
        short = spec.resize.short_side or max(spec.width, spec.height)
        image.draft("L" if spec.channels == "L" else "RGB", (short, short))
    _check_decoded(image.width * image.height, limits)
    image.load()


def _check_decoded(pixels: int, limits: Limits) -> None:
    if pixels > limits.max_decoded_pixels:
        raise TooManyPixelsError(
            f"the picture has {pixels} pixels to decode; at most {limits.max_decoded_pixels} are allowed, "
            "or a baseline JPEG of more"
        )


def _shrink(image: Image.Image, spec: Input, *, turned: bool) -> Image.Image:
    """The picture at the size it has in the model's input and in its channels, still lying as it was stored.

    EXIF turning commutes with a centred resize, and costs a hundredth when done last.
    """
    target = (spec.height, spec.width) if turned else (spec.width, spec.height)
    opaque = _opaque if spec.channels != "L" else _grey
    image = _eight_bit(image)
    inner, box = _frame(image.size, target, spec.resize)
    if spec.resize.picks:
        return opaque(image.transform(inner, Image.Transform.EXTENT, box, _FILTERS[spec.resize.filter]))
    return opaque(image.resize(inner, _FILTERS[spec.resize.filter], box=box, reducing_gap=2.0))


def _padded(image: Image.Image, spec: Input) -> Image.Image:
    """The upright picture on a canvas of the model's size."""
    target = (spec.width, spec.height)
    if image.size == target:
        return image
    colour = spec.resize.pad_colour
    canvas = Image.new(image.mode, target, colour[0] if image.mode == "L" else colour)
    place = (0, 0)
    if spec.resize.pad_at == "centre":
        place = ((target[0] - image.width) // 2, (target[1] - image.height) // 2)
    canvas.paste(image, place)
    return canvas


def _frame(
    size: tuple[int, int], target: tuple[int, int], resize: Resize
) -> tuple[tuple[int, int], tuple[float, float, float, float]]:
    """The size to resize to, and the box of the source that fills it."""
    width, height = size
    whole = (0.0, 0.0, float(width), float(height))
    if resize.fit == "pad":
        scale = min(target[0] / width, target[1] / height)
        return (max(1, round(width * scale)), max(1, round(height * scale))), whole
    if resize.fit == "stretch":
        # The centre's share of each side; nothing is cut away without a short side.
        share = min(target) / (resize.short_side or min(target))
        across, down = width * share, height * share
    elif resize.short_side is None:
        # Nothing but the aspect ratio is cut away.
        scale = max(target[0] / width, target[1] / height)
        across, down = target[0] / scale, target[1] / scale
    else:
        scale = resize.short_side / min(width, height)
        across, down = target[0] / scale, target[1] / scale
    left, top = (width - across) / 2, (height - down) / 2
    return target, (max(0.0, left), max(0.0, top), min(width, left + across), min(height, top + down))


def _eight_bit(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be resized: 16-bit grey scaled to 8 (`convert` would clip it to white)."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    if image.mode == "1":
        return image.convert("L")
    if "transparency" in image.info and image.mode in ("L", "RGB"):
        return image.convert("RGBA")
    return image


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode in ("LA", "RGBA"):
        paper = Image.new("RGBA", image.size, (*BACKGROUND, 255))
        return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _grey(image: Image.Image) -> Image.Image:
    return image if image.mode == "L" else _opaque(image).convert("L")


def to_tensor(pixels: NDArray[Any], spec: Input) -> NDArray[Any]:
    """A row of the model's input from pixels, 0 to 255, of shape (height, width) or (height, width, RGB)."""
    if pixels.ndim == 2:
        pixels = pixels[:, :, np.newaxis]
    if spec.channels == "BGR":
        pixels = pixels[:, :, ::-1]
    if spec.dtype == "float32":
        pixels = pixels.astype(np.float32)
        if spec.normalisation is not None:
            pixels -= np.asarray(spec.normalisation.mean, np.float32)
            pixels /= np.asarray(spec.normalisation.std, np.float32)
    if spec.layout == "NCHW":
        pixels = pixels.transpose(2, 0, 1)
    return np.ascontiguousarray(pixels)


@contextmanager
def _the_pictures_fault() -> Iterator[None]:
    """Blame the picture for all that a decoder raises: the list of its exception types has no end."""
    try:
        yield
    except (PictureError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  # OSError, ValueError, SyntaxError, struct.error, ... by format
        raise BadPictureError(f"the picture cannot be decoded: {error}") from None
