"""Hostile and odd pictures. Each maker gives the bytes of a file, and the class that they show if they show one."""

import zlib
from dataclasses import dataclass
from random import Random

from PIL import Image

from tests.support.models import COLOURS
from tests.support.pictures import encoded

from . import corpus
from .corpus import FORMS, chunk, header, png


@dataclass(frozen=True)
class Drawn:
    """A picture file, and the label of what it shows."""

    data: bytes
    label: str | None = None


def valid(source: Random) -> Drawn:
    colour = source.choice(list(COLOURS))
    return Drawn(corpus.coloured(colour, source.choice(FORMS)), colour)


def trailing_garbage(source: Random) -> Drawn:
    colour = source.choice(list(COLOURS))
    return Drawn(corpus.coloured(colour, source.choice(("JPEG", "PNG"))) + source.randbytes(5000), colour)


def odd_mode(source: Random) -> Drawn:
    """Modes that are not RGB: each shows the colour it was made from."""
    colour = source.choice(list(COLOURS))
    image = Image.new("RGB", (48, 40), COLOURS[colour])
    mode = source.choice(("CMYK", "RGBA", "P", "L", "LA", "1", "YCbCr"))
    if mode in ("L", "LA", "1"):
        colour = source.choice(("black", "white"))
        image = Image.new("RGB", (48, 40), COLOURS[colour])
    form = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    return Drawn(encoded(image.convert(mode), form), colour)


def palette_with_transparency(source: Random) -> Drawn:
    """Wholly transparent, so that what shows is the paper."""
    image = Image.new("P", (48, 40), 3)
    image.putpalette(source.randbytes(768))
    return Drawn(encoded(image, source.choice(("PNG", "GIF")), transparency=3), "white")


def sixteen_bit(source: Random) -> Drawn:
    """Dark grey of 16 bits: a decoder that clips to 255 sees white."""
    return Drawn(corpus.sixteen_bit(source.choice((300, 2000, 4000))), "black")


def sixteen_bit_colour(source: Random) -> Drawn:
    colour = source.choice(list(COLOURS))
    return Drawn(corpus.sixteen_bit_colour(colour), colour)


def animated(source: Random) -> Drawn:
    """The first frame counts."""
    first, second = source.sample(list(COLOURS), 2)
    frames = [Image.new("RGB", (40, 32), COLOURS[colour]) for colour in (first, second, second)]
    form = source.choice(("GIF", "WEBP", "PNG"))
    return Drawn(encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=40), first)


def turned(source: Random) -> Drawn:
    """All eight orientations, and values that EXIF does not have."""
    colour = source.choice(list(COLOURS))
    exif = Image.Exif()
    exif[0x0112] = source.choice((1, 2, 3, 4, 5, 6, 7, 8, 0, 9, 65535))
    image = Image.new("RGB", (60, 40), COLOURS[colour])
    return Drawn(encoded(image, source.choice(("JPEG", "PNG", "WEBP")), exif=exif, quality=95), colour)


def broken_exif(source: Random) -> Drawn:
    """A sound picture whose EXIF data are not."""
    image = Image.new("RGB", (60, 40), COLOURS["red"])
    tiff = source.choice((b"Exif\0\0II*\0", b"Exif\0\0MM\0*", b"Exif\0\0", b""))
    exif = tiff + source.randbytes(source.randrange(1, 400))
    return Drawn(encoded(image, source.choice(("JPEG", "WEBP")), exif=exif), "red")


def interlaced(source: Random) -> Drawn:
    """Adam7 rows of a black picture: seven passes of zeros."""
    side = source.choice((16, 33, 64))
    return Drawn(png(header(side, side, interlace=1), chunk(b"IDAT", corpus.zeros(4 * side * side))), "black")


def too_small(source: Random) -> Drawn:
    size = source.choice(((1, 1), (15, 15), (1, 16), (8, 300)))
    return Drawn(encoded(Image.new("RGB", size), source.choice(FORMS)))


def too_long(source: Random) -> Drawn:
    width, height = source.choice(((1, 20000), (20000, 1), (16, 16000), (16, 801)))
    return Drawn(encoded(Image.new("L", (width, height)), source.choice(("PNG", "GIF"))))


def truncated(source: Random) -> Drawn:
    whole = corpus.noise(source.choice(FORMS))
    return Drawn(whole[: int(len(whole) * source.uniform(0.02, 0.9))])


def mutated(source: Random) -> Drawn:
    """Some bytes of a valid file changed, removed or doubled."""
    data = bytearray(corpus.noise(source.choice(FORMS)) if source.random() < 0.3 else valid(source).data)
    for _ in range(source.choice((1, 2, 8, 64))):
        place = source.randrange(len(data))
        match source.randrange(3):
            case 0:
                data[place] = source.randrange(256)
            case 1:
                del data[place : place + source.randrange(1, 9)]
            case _:
                data[place:place] = data[place : place + source.randrange(1, 40)]
        if not data:
            return Drawn(b"\0")
    return Drawn(bytes(data))


def magic_then_noise(source: Random) -> Drawn:
    starts = (
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\x10\x10\0\0WEBPVP8 ",
        b"RIFF\x10\x10\0\0WEBPVP8X",
    )
    return Drawn(source.choice(starts) + source.randbytes(source.randrange(4000)))


def careless_png(source: Random) -> Drawn:
    """Wrong in ways that decoders may overlook: a check sum, a missing palette."""
    pixels = chunk(b"IDAT", zlib.compress(bytes(33 * 32)))
    spoilt = bytearray(pixels)
    spoilt[source.randrange(8, len(pixels))] ^= 0x55
    return Drawn(source.choice((png(header(32, 32), bytes(spoilt)), png(header(32, 32, colour=3), pixels))))


def spoilt_png(source: Random) -> Drawn:
    """Right signature, wrong inside."""
    pixels = chunk(b"IDAT", zlib.compress(bytes(33 * 32)))
    return Drawn(
        source.choice(
            (
                png(header(32, 32), chunk(b"IDAT", source.randbytes(200))),
                png(header(32, 32)),
                png(pixels),
                png(header(0, 0), pixels),
                png(header(32, 32, depth=7), pixels),
                png(header(32, 32, colour=5), pixels),
                png(header(32, 32), b"\x7f\xff\xff\xffIDAT" + pixels),
                png(header(32, 32), chunk(b"IDAT", b"")),
            )
        )
    )


def other_format(source: Random) -> Drawn:
    """Real pictures and documents of kinds that are not taken."""
    image = Image.new("RGB", (40, 40), COLOURS["red"])
    texts = (
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 40 40\n(/tmp/owned) (w) file\nshowpage\n%%EOF\n",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='40' height='40'><rect/></svg>",
        b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
        b"<!DOCTYPE html><html><body>not a picture</body></html>",
        b"PK\x03\x04" + bytes(60),
        b"\x7fELF" + bytes(60),
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40),
        b"#define x_width 40\n#define x_height 40\nstatic char x_bits[] = {0x00};\n",
        "ein Text, kein Bild: äöü".encode(),
    )
    form = source.choice(("BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "SGI", "PDF", "EPS", "AVIF", ""))
    return Drawn(encoded(image, form) if form else source.choice(texts))


def random_bytes(source: Random) -> Drawn:
    return Drawn(b"\0" + source.randbytes(source.randrange(1, 3000)))
