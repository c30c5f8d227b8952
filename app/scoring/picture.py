"""From the bytes of a picture, however hostile, to one row of a model's input tensor.

The file's own bytes choose the decoder and the limits; no decoder sees them before its size and parts are known to be
within limits. Pillow's `open` would choose by labels of its own, and allocate what a GIF claims.
"""

import io
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
from .structure import Structure

_PAPER = (255, 255, 255, 255)
"""The colour that shows through transparent pixels: most pictures with alpha are drawn to lie on white paper."""

_DECODERS: dict[str, type[ImageFile.ImageFile]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
    "GIF": GifImageFile,
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

    status = 422


class UnknownFormatError(PictureError):
    """The bytes are none of FORMATS."""

    status = 415


class TooManyPixelsError(PictureError):
    """The picture is within the formats but beyond the pixel limits."""

    status = 413


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
    try:
        found = _examine(data, limits)
        orientation = found.orientation
        image = _shrink(_decode(found, spec, limits), spec, turned=orientation >= 5)
        if orientation in _TURN:
            image = image.transpose(_TURN[orientation])
        image = _pad(image, spec)
    except (PictureError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  # OSError, ValueError, SyntaxError, struct.error, ...: the list has no end
        raise PictureError(f"the picture cannot be decoded: {error}") from None
    return Picture(to_tensor(np.asarray(image), spec), found.form, found.width, found.height)


def _examine(data: bytes, limits: Limits) -> Structure:
    """The structure of a file that keeps within the limits.

    A JPEG costs its pixels once for each of its scans: ten in most that are progressive, one or three in others.
    """
    found = structure.examine(data)
    if found is None:
        raise UnknownFormatError(f"the bytes are not a picture in one of {', '.join(FORMATS)}")
    width, height = found.width, found.height
    if width * height > limits.max_pixels:
        raise TooManyPixelsError(
            f"the picture has {width} x {height} = {width * height} pixels; at most {limits.max_pixels} are allowed"
        )
    if min(width, height) < limits.min_side:
        raise PictureError(f"the picture is {width} x {height} pixels; each side must have at least {limits.min_side}")
    if max(width, height) > limits.max_aspect * min(width, height):
        raise PictureError(
            f"the picture is {width} x {height} pixels; one side may be at most {limits.max_aspect} times the other"
        )
    most = max(1, _USUAL_SCANS * limits.max_decoded_pixels // (width * height))
    if found.scans > most:
        raise PictureError(f"the picture has {found.scans} scans; at its size at most {most} are decoded")
    if found.whole:
        _check_decoded(width * height, limits)
    return found


def _check_decoded(pixels: int, limits: Limits) -> None:
    if pixels > limits.max_decoded_pixels:
        raise TooManyPixelsError(
            f"the picture has {pixels} pixels to decode; at most {limits.max_decoded_pixels} are allowed, "
            "or a baseline JPEG of more"
        )


def _decode(found: Structure, spec: Input, limits: Limits) -> Image.Image:
    """The picture, where the format allows at a fraction of the size that still covers what the model needs.

    A way to resize that picks pixels gets those of the picture itself, as long as it is not too large for that.
    """
    image = _DECODERS[found.form](io.BytesIO(found.pixels))
    if image.size != (found.width, found.height):
        raise PictureError(f"the picture declares two sizes, {(found.width, found.height)} and {image.size}")
    exact = spec.resize.picks and found.width * found.height <= limits.max_decoded_pixels
    if not found.whole and not exact:
        short = spec.resize.short_side or max(spec.width, spec.height)
        image.draft("L" if spec.channels == "L" else "RGB", (short, short))
    _check_decoded(image.width * image.height, limits)
    image.load()
    return image


def _shrink(image: Image.Image, spec: Input, *, turned: bool) -> Image.Image:
    """The picture at the size it has in the model's input and in its channels, still lying as it was stored.

    EXIF turning commutes with a centred resize, and costs a hundredth when done last.
    """
    target = (spec.height, spec.width) if turned else (spec.width, spec.height)
    how = Image.Resampling[spec.resize.filter.upper()]
    image = _resizable(image)
    size, box = _frame(image.size, target, spec.resize)
    if spec.resize.picks:
        image = image.transform(size, Image.Transform.EXTENT, box, how)
    else:
        image = image.resize(size, how, box=box, reducing_gap=2.0)
    if image.mode in ("LA", "RGBA"):
        image = Image.alpha_composite(Image.new("RGBA", size, _PAPER), image.convert("RGBA"))
    return image.convert("L" if spec.channels == "L" else "RGB")


def _resizable(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be resized: 16-bit grey scaled to 8 (`convert` would clip it to white)."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    mode = {"1": "L", "P": "RGB"}.get(image.mode, image.mode)
    if "transparency" in image.info:
        mode = "RGBA"
    return image if image.mode == mode else image.convert(mode)


def _frame(
    size: tuple[int, int], target: tuple[int, int], resize: Resize
) -> tuple[tuple[int, int], tuple[float, float, float, float]]:
    """The size to resize to, and the box of the source that fills it."""
    width, height = size
    if resize.fit == "pad":
        scale = min(target[0] / width, target[1] / height)
        return (max(1, round(width * scale)), max(1, round(height * scale))), (0, 0, width, height)
    if resize.fit == "stretch":
        # The centre's share of each side; nothing is cut away without a short side.
        share = min(target) / (resize.short_side or min(target))
        across, down = width * share, height * share
    else:
        # Without a short side, nothing but the aspect ratio is cut away.
        scale = max(target[0] / width, target[1] / height)
        if resize.short_side is not None:
            scale = resize.short_side / min(size)
        across, down = min(width, target[0] / scale), min(height, target[1] / scale)
    left, top = (width - across) / 2, (height - down) / 2
    return target, (left, top, left + across, top + down)


def _pad(image: Image.Image, spec: Input) -> Image.Image:
    """The upright picture on a canvas of the model's size."""
    target = (spec.width, spec.height)
    if image.size == target:
        return image
    colour = spec.resize.pad_colour
    canvas = Image.new(image.mode, target, colour[0] if image.mode == "L" else colour)
    centred = ((target[0] - image.width) // 2, (target[1] - image.height) // 2)
    canvas.paste(image, centred if spec.resize.pad_at == "centre" else (0, 0))
    return canvas


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
