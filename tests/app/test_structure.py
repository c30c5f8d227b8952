"""The bytes of a picture file decide on its limits before a decoder sees it, not a library's names for it."""

import struct
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from app.scoring import picture, structure
from app.scoring.limits import Limits
from app.scoring.picture import PictureError, TooManyPixelsError
from tests.support.hostile.corpus import chunk, header
from tests.support.models import COLOURS, UINT8_NHWC
from tests.support.pictures import encoded

MPF = b"MPF\0MM\0*\0\0\0\x08\0\x02\xb0\x00\0\x07\0\0\0\x040100\xb0\x01\0\x04\0\0\0\x01\0\0\0\x02\0\0\0\0"
"""The mark by which Pillow calls a JPEG an MPO: a directory that counts two pictures."""


@pytest.fixture(scope="module", autouse=True)
def hardened() -> None:
    picture.harden()


def _row(data: bytes) -> NDArray[Any]:
    return picture.to_row(data, UINT8_NHWC, Limits()).row


def _drawn(side: int = 64) -> Image.Image:
    image = Image.new("RGB", (side, side), COLOURS["red"])
    image.paste(COLOURS["blue"], (side // 2, 0, side, side))
    return image


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def _riff(body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _webp_chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)


def _sub_blocks(data: bytes) -> bytes:
    return (
        b"".join(bytes([len(part)]) + part for at in range(0, len(data), 255) if (part := data[at : at + 255])) + b"\0"
    )


def _gif(width: int, height: int, *, before: bytes = b"", pixels: bytes = b"\x02\x4c\x01\0") -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0)
    image = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0)
    return screen + before + image + b"\x02" + pixels + b";"


def _jpeg(parts: bytes = b"", *, progressive: bool = False, side: int = 64) -> bytes:
    data = encoded(_drawn(side), "JPEG", progressive=progressive)
    return data[:2] + parts + data[2:]


def _scans_repeated(data: bytes, times: int) -> bytes:
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * times + b"\xff\xd9"


def _sequential_in_three_scans(side: int) -> bytes:
    """A baseline JPEG whose components come one after the other, made from three grey ones."""
    grey = encoded(Image.new("L", (side, side), 128), "JPEG")
    frame, scan = grey.index(b"\xff\xc0"), grey.index(b"\xff\xda")
    sizes = grey[frame + 5 : frame + 9]
    three = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    one_scan = [_segment(0xDA, bytes([1, number, 0, 0, 63, 0])) + grey[scan + 10 : -2] for number in (1, 2, 3)]
    tables = grey[frame + 13 : scan]
    return grey[:frame] + _segment(0xC0, b"\x08" + sizes + b"\x03" + three) + tables + b"".join(one_scan) + b"\xff\xd9"


def test_a_phones_mpo_mark_changes_neither_the_name_nor_the_limit_on_scans() -> None:
    marked = _jpeg(_segment(0xE2, MPF), progressive=True, side=2000)

    assert picture.to_row(marked, UINT8_NHWC, Limits()).format == "JPEG"
    with pytest.raises(PictureError, match="scans; at its size at most 75 are decoded"):
        _row(_scans_repeated(marked, 100))


def test_a_real_mpo_of_two_pictures_is_a_jpeg_of_the_first() -> None:
    data = encoded(_drawn(), "MPO", save_all=True, append_images=[Image.new("RGB", (64, 64))])

    found = picture.to_row(data, UINT8_NHWC, Limits())

    assert found.format == "JPEG"
    assert (found.row == _row(encoded(_drawn(), "JPEG"))).all()


def test_scans_of_a_thumbnail_and_of_what_follows_the_picture_are_not_counted() -> None:
    thumbnail = _segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0" + b"\xff\xda" * 500)

    found = structure.examine(_jpeg(thumbnail) + b"\xff\xda" * 500)

    assert found is not None
    assert found.scans == 1


@pytest.mark.parametrize("between", [b"", b"\xff\xd0", b"\xff\x02", b"\xff\xff", _segment(0xFE, b"\xff\xda" * 9)])
def test_each_real_scan_is_counted_whatever_is_between_them(between: bytes) -> None:
    data = _jpeg(progressive=True)
    last = data.rindex(b"\xff\xda")
    once = structure.examine(data)
    more = structure.examine(data[:-2] + (between + data[last:-2]) * 50 + b"\xff\xd9")

    assert once is not None
    assert more is not None
    assert more.scans == once.scans + 50


def test_a_baseline_jpeg_in_several_scans_counts_whole_as_its_decoder_holds_it() -> None:
    assert _row(_sequential_in_three_scans(64)).shape == UINT8_NHWC.row_shape

    with pytest.raises(TooManyPixelsError, match="36000000 pixels to decode"):
        _row(_sequential_in_three_scans(6000))


def _claims(width: int, height: int) -> dict[str, bytes]:
    """A file of each form that declares a size and holds next to nothing."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0"
    canvas = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    dispose = b"!\xf9\x04\x08\0\0\0\0"
    return {
        "JPEG": b"\xff\xd8" + _segment(0xC2, frame) + _segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\xff\xd9",
        "PNG": b"\x89PNG\r\n\x1a\n" + header(width, height),
        "GIF": _gif(width, height, before=dispose),
        "GIF image": _gif(16, 16)[:13] + b"," + struct.pack("<HHHHB", width - 16, height - 16, 16, 16, 0) + b"\x02\0;",
        "WEBP": _riff(_webp_chunk(b"VP8X", canvas)),
    }


@pytest.mark.parametrize("size", [(16_000, 16_000), (6000, 6000)])
@pytest.mark.parametrize("form", list(_claims(32, 32)))
def test_no_decoder_sees_a_file_that_claims_too_much(
    form: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(_: object) -> object:
        raise AssertionError(form)

    monkeypatch.setattr(picture, "_DECODERS", dict.fromkeys(picture._DECODERS, decode))

    with pytest.raises(TooManyPixelsError):
        _row(_claims(*size)[form])


def test_two_sizes_in_one_file_are_refused() -> None:
    data = encoded(_drawn(), "PNG")
    second = header(3000, 3000, colour=2)

    with pytest.raises(PictureError, match="two sizes"):
        _row(data[:33] + second + data[33:])


_PARTS = {
    "JPEG segments of EXIF": (_jpeg(b"\xff\xe1\x00\x08Exif\x00\x00" * 5000), "2048 segments"),
    "JPEG comments": (_jpeg(b"\xff\xfe\x00\x02" * 5000), "2048 segments"),
    "JPEG comments between scans": (_jpeg()[:-2] + b"\xff\xfe\x00\x02" * 5000 + b"\xff\xd9", "2048 segments"),
    "JPEG parameterless markers": (_jpeg(b"\xff\x01" * 5000), "2048 segments"),
    "PNG chunks": (b"\x89PNG\r\n\x1a\n" + chunk(b"teSt", b"") * 20_000, "16384 chunks"),
    "GIF comments": (_gif(32, 32, before=b"!\xfe\0" * 1_900_000), "4096 blocks"),
    "GIF junk": (_gif(32, 32, before=b"\x07" * 1_000_000), "4096 blocks, or junk"),
    "GIF sub-blocks of a comment": (_gif(32, 32, before=b"!\xfe" + b"\x01a" * 4_500_000 + b"\0"), "262144 sub-blocks"),
    "GIF sub-blocks of an image": (_gif(32, 32, pixels=b"\x01a" * 4_500_000), "262144 sub-blocks"),
    "WEBP chunks": (_riff(encoded(_drawn(), "WEBP")[12:] + _webp_chunk(b"teSt", b"") * 20_000), "16384 chunks"),
    "WEBP frames": (_riff(_webp_chunk(b"VP8X", bytes(10)) + _webp_chunk(b"ANMF", bytes(16)) * 20_000), "16384 chunks"),
}


@pytest.mark.parametrize(("data", "says"), _PARTS.values(), ids=_PARTS)
def test_very_many_parts_are_refused_before_decoding(data: bytes, says: str) -> None:
    with pytest.raises(structure.StructureError, match=says):
        structure.examine(data)


def test_an_empty_extension_hides_no_larger_image_from_the_limits() -> None:
    """Pillow reads the "!" behind it as a sub-block of 33 bytes, and what comes then as the next block."""
    plain = _sound("GIF", Random(0))
    hidden = _gif(60_000, 60_000, before=b"!\xf9\x04\x08\0\0\0\0")[13:]
    trick = b"!\x01\0" + b"!\xfe" + _sub_blocks(bytes(31) + b"\0" + hidden)

    assert (_row(plain[:13] + trick + plain[13:]) == _row(plain)).all()


def test_of_a_gifs_controls_only_the_transparency_reaches_the_decoder() -> None:
    """To dispose of the image takes as much memory again, before it is decoded."""
    found = structure.examine(
        _gif(64, 64, before=b"!\xf9\x04\x09\x10\x20\x07\0" + b"!\xfe" + _sub_blocks(b"a comment"))
    )

    assert found is not None
    assert found.pixels[13:].startswith(b"!\xf9\x04\x01\x10\x20\x07\0,")


def test_a_run_of_fill_bytes_in_a_scan_is_walked_once() -> None:
    """A walk that began again at each byte of it would take hours."""
    found = structure.examine(_jpeg()[:-2] + b"\xff" * 4_000_000 + b"\0\xff\xd9")

    assert found is not None
    assert found.scans == 1


@pytest.mark.parametrize("junk", [b"\xff\xe1\x00\x02" + bytes(4_000_000), b"\xff" * 4_000_000, b"\xff\xd0" * 2_000_000])
def test_junk_between_segments_reaches_no_decoder(junk: bytes) -> None:
    """Pillow looks for the next segment byte by byte."""
    found = structure.examine(_jpeg(junk))

    assert found is not None
    assert len(found.pixels) <= len(_jpeg())
    assert (_row(_jpeg(junk)) == _row(_jpeg())).all()


def test_metadata_of_usual_size_is_no_reason_to_refuse() -> None:
    parts = b"".join(_segment(0xE2, bytes(60_000)) for _ in range(12))

    assert _row(_jpeg(parts)).shape == UINT8_NHWC.row_shape


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_signature_alone_is_a_broken_picture(form: str) -> None:
    with pytest.raises(PictureError, match="cannot be decoded"):
        _row(encoded(_drawn(), form)[:12])


def _odd_bytes(source: Random) -> bytes:
    """Metadata as broken software leaves it: headers of each kind, cut, filled and mixed."""
    heads = (
        b"",
        b"Exif\0\0",
        b"Exif\0\0II*\0",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        b"II*\0\xff\xff\xff\xff",
        MPF,
        MPF[:9],
    )
    more = (
        b"JFIF\0",
        b"JFIF\0\1\1",
        b"Adobe\0",
        b"ICC_PROFILE\0",
        b"ICC_PROFILE\0\1",
        b"Photoshop 3.0\0008BIM\3\xed\0",
        b"FPXR\0",
    )
    text = (b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta tiff:Orientation='9'>")
    return source.choice(heads + more + text) + source.randbytes(source.choice((0, 1, 7, 40, 900)))


def _with_metadata(form: str, data: bytes, source: Random) -> bytes:
    """A sound picture with one to four pieces of odd metadata in the places where its form has them."""
    for _ in range(source.randint(1, 4)):
        odd = _odd_bytes(source)
        match form:
            case "JPEG":
                marker = source.choice((*range(0xE0, 0xF0), 0xFE))
                data = data[:2] + _segment(marker, odd) + data[2:]
            case "PNG":
                keyword = source.choice((b"", b"XML:com.adobe.xmp\0\1\0\0\0", b"Raw profile type exif\0\0"))
                kinds = (
                    b"eXIf",
                    b"iTXt",
                    b"zTXt",
                    b"tEXt",
                    b"iCCP",
                    b"gAMA",
                    b"cHRM",
                    b"pHYs",
                    b"sRGB",
                    b"acTL",
                    b"fcTL",
                )
                data = data[:33] + chunk(source.choice(kinds), keyword + odd) + data[33:]
            case "WEBP":
                data = _riff(data[12:] + _webp_chunk(source.choice((b"EXIF", b"XMP ", b"teSt")), odd))
            case _:
                label = source.choice((0xFE, 0xFF, 0x01, 0x77))
                data = data[:13] + b"!" + bytes([label]) + _sub_blocks(odd) + data[13:]
    return data


def _sound(form: str, source: Random) -> bytes:
    if form == "WEBP":
        body = encoded(_drawn(), form, lossless=True)[12:]
        canvas = bytes([0x0C, 0, 0, 0]) + (63).to_bytes(3, "little") * 2
        return _riff(_webp_chunk(b"VP8X", canvas) + body)
    if form == "GIF":
        image = Image.new("P", (64, 64))
        image.paste(1, (32, 0, 64, 64))
        image.putpalette([*COLOURS["red"], *COLOURS["blue"], *[0] * 6])
        data = encoded(image, form)
        colours = 3 << (data[10] & 7) + 1
        # The colour table becomes the image's own, so that blocks may follow the screen at once.
        comma = data.index(b",", 13 + colours)
        local = data[comma : comma + 9] + bytes([0x80 | data[10] & 7]) + data[13 : 13 + colours]
        return data[:10] + b"\0" + data[11:13] + local + data[comma + 10 :]
    return encoded(_drawn(), form, **({"progressive": source.random() < 0.5} if form == "JPEG" else {}))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("seed", range(250))
def test_odd_metadata_never_costs_a_sound_picture(seed: int, form: str) -> None:
    source = Random(seed)
    plain = _sound(form, source)

    found = picture.to_row(_with_metadata(form, plain, source), UINT8_NHWC, Limits())

    assert (found.format, found.width, found.height) == (form, 64, 64)
    assert (found.row == _row(plain)).all()


@pytest.mark.parametrize("seed", range(60))
def test_no_metadata_lifts_a_limit(seed: int) -> None:
    source = Random(seed)
    many = _scans_repeated(_with_metadata("JPEG", _jpeg(progressive=True, side=2000), source), 100)

    with pytest.raises(PictureError, match="scans; at its size at most 75 are decoded"):
        _row(many)


@pytest.mark.parametrize("seed", range(200))
def test_damaged_files_with_odd_metadata_give_a_row_or_a_refusal_and_nothing_else(seed: int) -> None:
    source = Random(seed)
    form = source.choice(("JPEG", "PNG", "WEBP", "GIF"))
    data = bytearray(_with_metadata(form, _sound(form, source), source))
    for _ in range(source.choice((1, 4, 30))):
        data[source.randrange(len(data))] = source.randrange(256)

    try:
        row = picture.to_row(bytes(data), UINT8_NHWC, Limits(max_pixels=1 << 20)).row
    except PictureError:
        return
    assert row.shape == UINT8_NHWC.row_shape


def _exif(entries: bytes, count: int, *, big: bool = True) -> bytes:
    order = ">" if big else "<"
    return (b"MM\0*" if big else b"II*\0") + struct.pack(f"{order}IH", 8, count) + entries + bytes(4)


_ORIENTATIONS = {
    "big-endian": (_exif(struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0), 1), 6),
    "little-endian": (_exif(struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0), 1, big=False), 6),
    "a LONG": (_exif(struct.pack(">HHII", 0x0112, 4, 1, 6), 1), 6),
    "behind another tag": (_exif(struct.pack(">HHIIHHIHH", 0x010F, 2, 9, 99, 0x0112, 3, 1, 6, 0), 2), 6),
    "a number that EXIF has not": (_exif(struct.pack(">HHIHH", 0x0112, 3, 1, 9, 0), 1), 1),
    "a text": (_exif(struct.pack(">HHI4s", 0x0112, 2, 1, b"6\0\0\0"), 1), 1),
    "two values": (_exif(struct.pack(">HHIHH", 0x0112, 3, 2, 6, 6), 1), 1),
    "a directory beyond the end": (b"MM\0*\xff\xff\xff\xff", 1),
    "more entries than there are": (_exif(b"", 65535), 1),
    "no TIFF header": (b"not a TIFF file", 1),
    "nothing": (b"", 1),
}


@pytest.mark.parametrize(("exif", "expected"), _ORIENTATIONS.values(), ids=_ORIENTATIONS)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "PNG at the end", "WEBP"])
def test_an_unreadable_orientation_is_upright_in_every_format(form: str, exif: bytes, expected: int) -> None:
    source = Random(0)
    plain = _sound(form.split(maxsplit=1)[0], source)
    data = {
        "JPEG": plain[:2] + _segment(0xE1, b"Exif\0\0" + exif) + plain[2:],
        "PNG": plain[:33] + chunk(b"eXIf", exif) + plain[33:],
        "PNG at the end": plain[:-12] + chunk(b"eXIf", exif) + plain[-12:],
        "WEBP": _riff(plain[12:] + _webp_chunk(b"EXIF", exif)),
    }[form]

    assert (_row(data) == np.rot90(_row(plain), -1 if expected == 6 else 0)).all()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_only_exif_turns_a_picture_as_in_browsers(form: str) -> None:
    xmp = b"<tiff:Orientation>6</tiff:Orientation>"
    plain = _sound(form, Random(0))
    data = {
        "JPEG": plain[:2] + _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp) + plain[2:],
        "PNG": plain[:33] + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp) + plain[33:],
        "WEBP": _riff(plain[12:] + _webp_chunk(b"XMP ", xmp)),
    }[form]

    assert (_row(data) == _row(plain)).all()


def test_exif_without_the_flag_that_announces_it_turns_no_webp() -> None:
    plain = _sound("WEBP", Random(0))
    exif = _webp_chunk(b"EXIF", _ORIENTATIONS["big-endian"][0])

    assert (_row(_riff(plain[12:20] + b"\0" + plain[21:] + exif)) == _row(plain)).all()
