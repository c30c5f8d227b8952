"""The picture of any file arrives as the model expects it, or is refused for a reason that helps."""

import io
import tracemalloc
import zlib
from contextlib import suppress
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from app.scoring import picture
from app.scoring.limits import Limits
from app.scoring.manifest import Input, Normalisation, Resize
from app.scoring.picture import PictureError, TooManyPixelsError, UnknownFormatError
from tests.support.hostile import corpus
from tests.support.models import COLOURS, UINT8_NHWC
from tests.support.pictures import encoded, plain

LIMITS = Limits()
GREY = Input(name="x", dtype="uint8", layout="NHWC", channels="L", width=16, height=16)


@pytest.fixture(scope="module", autouse=True)
def hardened() -> None:
    picture.harden()


def _row(data: bytes, spec: Input = UINT8_NHWC, limits: Limits = LIMITS) -> NDArray[Any]:
    return picture.to_row(data, spec, limits).row


def _mean(row: NDArray[Any]) -> list[int]:
    return [round(float(value)) for value in row.reshape(-1, row.shape[-1]).mean(axis=0)]


def _quarters() -> Image.Image:
    """Red and green above, blue and white below: every turn and flip of it differs."""
    image = Image.new("RGB", (64, 64))
    for corner, colour in (((0, 0), "red"), ((32, 0), "green"), ((0, 32), "blue"), ((32, 32), "white")):
        image.paste(COLOURS[colour], (*corner, corner[0] + 32, corner[1] + 32))
    return image


def _corners(row: NDArray[Any]) -> list[str]:
    near = 4
    places = [(near, near), (near, -near), (-near, near), (-near, -near)]
    return [
        min(COLOURS, key=lambda name: int(np.abs(row[place].astype(int) - COLOURS[name]).sum())) for place in places
    ]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_accepted_format_keeps_its_colours(form: str) -> None:
    found = picture.to_row(encoded(_quarters(), form), UINT8_NHWC, LIMITS)

    assert (found.format, found.width, found.height) == (form, 64, 64)
    assert _corners(found.row) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_every_colour_mode_arrives_as_the_same_grey(mode: str) -> None:
    image = Image.new("L", (40, 40), 255).convert(mode)
    form = {"CMYK": "JPEG", "YCbCr": "JPEG"}.get(mode, "PNG")

    assert _mean(_row(encoded(image, form))) == [255, 255, 255]


def test_sixteen_bit_grey_is_scaled_and_not_clipped_to_white() -> None:
    levels = np.linspace(0, 65535, 64, dtype=np.uint16)
    image = Image.fromarray(np.tile(levels, (64, 1)))

    row = _row(encoded(image, "PNG"), GREY)

    assert 120 <= _mean(row)[0] <= 135
    assert row[8, 0, 0] < 20
    assert row[8, -1, 0] > 235


def test_transparency_shows_white() -> None:
    clear = Image.new("RGBA", (40, 40), (255, 0, 0, 0))

    assert _mean(_row(encoded(clear, "PNG"))) == [255, 255, 255]


def test_a_transparent_palette_shows_white() -> None:
    image = Image.new("P", (40, 40), 0)
    image.putpalette([255, 0, 0] * 256)

    assert _mean(_row(encoded(image, "PNG", transparency=0))) == [255, 255, 255]


@pytest.mark.parametrize(("transparent", "expected"), [(0, 255), (1, 0)])
def test_a_transparent_one_bit_picture_shows_white(transparent: int, expected: int) -> None:
    image = Image.new("1", (40, 40), 0)

    assert _mean(_row(encoded(image, "PNG", transparency=transparent))) == [expected] * 3


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, ["red", "green", "blue", "white"]),
        (2, ["green", "red", "white", "blue"]),
        (3, ["white", "blue", "green", "red"]),
        (4, ["blue", "white", "red", "green"]),
        (5, ["red", "blue", "green", "white"]),
        (6, ["blue", "red", "white", "green"]),
        (7, ["white", "green", "blue", "red"]),
        (8, ["green", "white", "red", "blue"]),
    ],
)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_exif_orientation_is_honoured(orientation: int, expected: list[str], form: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation

    assert _corners(_row(encoded(_quarters(), form, exif=exif))) == expected


def test_a_turned_picture_is_fitted_as_it_is_seen() -> None:
    wide = Input(name="x", dtype="uint8", layout="NHWC", channels="RGB", width=64, height=32)
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = Image.new("RGB", (60, 30), COLOURS["red"])
    lying = upright.transpose(Image.Transpose.ROTATE_90)

    row = _row(encoded(lying, "PNG", exif=exif), wide)

    assert row.shape == (32, 64, 3)
    assert _mean(row) == [255, 0, 0]


def test_of_an_animation_the_first_frame_counts() -> None:
    frames = [Image.new("RGB", (40, 40), COLOURS[name]) for name in ("green", "red")]

    for form in ("GIF", "WEBP"):
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:], lossless=True)
        assert _mean(_row(data)) == [0, 255, 0]


@pytest.mark.parametrize(
    ("resize", "expected"),
    [
        (Resize(fit="crop"), [255, 0, 0]),
        (Resize(fit="stretch"), [85, 0, 170]),
        (Resize(fit="pad"), [113, 85, 141]),
    ],
)
def test_each_way_to_fit_shows_its_part_of_the_picture(resize: Resize, expected: list[int]) -> None:
    image = Image.new("RGB", (192, 64), COLOURS["blue"])
    image.paste(COLOURS["red"], (64, 0, 128, 64))
    spec = Input(name="x", dtype="uint8", layout="NHWC", channels="RGB", width=64, height=64, resize=resize)

    found = _mean(_row(encoded(image, "PNG"), spec))

    assert all(abs(a - b) <= 16 for a, b in zip(found, expected, strict=True)), found


def test_a_short_side_beyond_the_crop_cuts_the_centre() -> None:
    image = Image.new("RGB", (64, 64), COLOURS["blue"])
    image.paste(COLOURS["red"], (16, 16, 48, 48))
    spec = UINT8_NHWC.model_copy(update={"resize": Resize(short_side=64)})

    assert _mean(_row(encoded(image, "PNG"), spec))[0] > 240


@pytest.mark.parametrize(
    ("place", "corners"),
    [("centre", ["green", "green", "green", "green"]), ("start", ["red", "red", "green", "green"])],
)
def test_padding_has_its_colour_and_its_place(place: Literal["centre", "start"], corners: list[str]) -> None:
    resize = Resize(fit="pad", pad_colour=COLOURS["green"], pad_at=place)
    spec = Input(name="x", dtype="uint8", layout="NHWC", channels="RGB", width=64, height=64, resize=resize)

    assert _corners(_row(plain("red", (192, 64)), spec)) == corners


def test_padding_at_the_start_is_at_the_start_of_the_upright_picture() -> None:
    resize = Resize(fit="pad", pad_colour=COLOURS["green"], pad_at="start")
    spec = Input(name="x", dtype="uint8", layout="NHWC", channels="RGB", width=64, height=64, resize=resize)
    exif = Image.Exif()
    exif[0x0112] = 3

    assert _corners(_row(plain("red", (192, 64), exif=exif), spec)) == ["red", "red", "green", "green"]


def test_the_colour_of_padding_comes_in_the_models_channel_order() -> None:
    resize = Resize(fit="pad", pad_colour=(10, 20, 30))
    spec = Input(name="x", dtype="uint8", layout="NHWC", channels="BGR", width=64, height=64, resize=resize)

    assert _row(plain("red", (192, 64)), spec)[0, 0].tolist() == [30, 20, 10]


@pytest.mark.parametrize("size", [(200, 100), (100, 200), (160, 160)])
def test_stretch_then_cut_is_what_the_two_steps_give(size: tuple[int, int]) -> None:
    image = Image.fromarray(np.random.default_rng(3).integers(0, 255, (size[1], size[0], 3), np.uint8))
    resize = Resize(fit="stretch", short_side=72, filter="bilinear")
    spec = Input(name="x", dtype="uint8", layout="NHWC", channels="RGB", width=64, height=64, resize=resize)

    expected = image.resize((72, 72), Image.Resampling.BILINEAR, reducing_gap=2.0).crop((4, 4, 68, 68))

    difference = np.abs(_row(encoded(image, "PNG"), spec).astype(int) - np.asarray(expected).astype(int))
    assert difference.max() <= 2


def test_float_models_get_their_normalisation_in_their_channel_order() -> None:
    spec = Input(
        name="x",
        dtype="float32",
        layout="NCHW",
        channels="BGR",
        width=32,
        height=24,
        normalisation=Normalisation(mean=(10, 20, 30), std=(1, 2, 3)),
    )

    row = _row(plain("red"), spec)

    assert row.shape == (3, 24, 32)
    assert row.dtype == np.float32
    assert [float(channel.mean()) for channel in row] == [-10, -10, 75]


@pytest.mark.parametrize(
    ("size", "error", "says"),
    [
        ((9000, 9000), TooManyPixelsError, r"9000 x 9000 = 81000000 pixels; at most 64000000"),
        ((6000, 6000), TooManyPixelsError, r"36000000 pixels to decode; at most 25000000"),
        ((1, 1), PictureError, r"1 x 1 pixels; each side must have at least 16"),
        ((1, 20000), PictureError, r"each side must have at least 16"),
        ((16, 900), PictureError, r"one side may be at most 50 times the other"),
    ],
)
def test_sizes_beyond_the_limits_are_refused_before_decoding(size: tuple[int, int], error: type, says: str) -> None:
    without_pixels = corpus.png(corpus.header(*size), corpus.chunk(b"IDAT", b""))

    with pytest.raises(error, match=says):
        _row(without_pixels)


def test_a_large_baseline_jpeg_is_decoded_at_a_fraction_of_its_size() -> None:
    data = encoded(Image.new("RGB", (6000, 5000), COLOURS["green"]), "JPEG")

    assert _mean(_row(data))[1] > 250


@pytest.mark.parametrize(("smooth", "expected"), [(True, 127), (False, 255)])
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_what_does_not_smooth_looks_between_two_pixels_only(form: str, smooth: bool, expected: int) -> None:  # noqa: FBT001  # a case
    """As cv2 and TensorFlow: each point of the small picture lies between the second and the third of four pixels."""
    stripes = Image.fromarray(np.tile(np.asarray([[0, 255, 255, 0]], np.uint8), (64, 16)))
    resize = Resize(fit="stretch", filter="bilinear", smooth=smooth)
    spec = GREY.model_copy(update={"resize": resize, "height": 8})

    assert np.abs(_row(encoded(stripes, form, quality=100), spec).astype(int) - expected).max() <= 8


def test_nearest_picks_pixels_of_the_picture_and_not_of_a_fraction_of_it() -> None:
    stripes = Image.fromarray(np.tile(np.asarray([[0, 255] * 4], np.uint8).repeat(8, axis=1), (64, 8)))
    data = encoded(stripes, "JPEG", quality=95)
    spec = GREY.model_copy(update={"resize": Resize(fit="stretch", filter="nearest"), "width": 64, "height": 8})

    row = _row(data, spec)

    assert np.minimum(row, 255 - row).max() < 30
    assert {round(float(value) / 255) for value in row.ravel()} == {0, 1}


def test_a_large_progressive_jpeg_counts_whole() -> None:
    data = encoded(Image.new("RGB", (6000, 5000)), "JPEG", progressive=True)

    with pytest.raises(TooManyPixelsError, match="or a baseline JPEG"):
        _row(data)


def test_a_bomb_of_compressed_text_is_no_reason_to_unpack_or_to_refuse() -> None:
    text = zlib.compress(bytes(80_000_000), 9)
    good = encoded(Image.new("RGB", (32, 32), COLOURS["red"]), "PNG")
    bombs = corpus.chunk(b"zTXt", b"Raw profile type exif\0\0" + text) + corpus.chunk(
        b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + text
    )
    tracemalloc.start()
    try:
        assert _mean(_row(good[:33] + bombs + good[33:])) == [255, 0, 0]
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("form", ["BMP", "TIFF", "ICO", "EPS", "PPM", "TGA", "AVIF"])
def test_formats_outside_the_list_are_never_tried(form: str) -> None:
    with pytest.raises(UnknownFormatError, match="JPEG, PNG, WEBP, GIF"):
        _row(encoded(_quarters(), form))


@pytest.mark.parametrize(
    "data", [b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\xff\xd8\xff"]
)
def test_other_bytes_are_no_picture(data: bytes) -> None:
    with pytest.raises(PictureError):
        _row(data)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_truncated_file_is_refused(form: str) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (80, 80, 3), np.uint8))
    data = encoded(noise, form)

    with pytest.raises(PictureError):
        _row(data[: len(data) // 2])


_SEEDS = [encoded(_quarters(), form) for form in ("JPEG", "PNG", "WEBP", "GIF")]


@given(st.sampled_from(_SEEDS), st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=12))
def test_damaged_files_give_a_row_or_a_refusal_and_nothing_else(seed: bytes, damage: list[tuple[int, int]]) -> None:
    data = bytearray(seed)
    for position, value in damage:
        data[position % len(data)] = value

    with suppress(PictureError):
        row = picture.to_row(bytes(data), UINT8_NHWC, Limits(max_pixels=1 << 20)).row
        assert row.shape == UINT8_NHWC.row_shape


def test_nothing_is_written_to_the_input() -> None:
    data = plain("red")
    copy = bytes(io.BytesIO(data).getvalue())

    _row(data)

    assert data == copy
