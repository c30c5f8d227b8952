"""Real photos that packages ship: some to calibrate an int8 model with, others, labelled, to measure accuracy on.

No labelled photo of MEASURE is ever calibrated with, so that an int8 model is measured on what it has not seen.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from PIL import Image, ImageOps

from .packages import package_file

_SKIMAGE, _SKLEARN, _FOOLBOX = "skimage", "sklearn", "foolbox"


@dataclass(frozen=True)
class Photo:
    """A file of a package, and which classes of ImageNet-1k are right for it: none if it is not a labelled one."""

    package: str
    path: str
    classes: frozenset[int] = frozenset()

    def read(self) -> bytes:
        """The picture file's bytes."""
        return package_file(self.package, self.path).read_bytes()


# The number in foolbox's file names is the class that ImageNet gives the photo.
MEASURE = tuple(
    Photo(_FOOLBOX, f"data/imagenet_{number:02d}_{label}.jpg", frozenset({label}))
    for number, label in enumerate(
        (243, 559, 438, 990, 949, 853, 609, 609, 915, 455, 541, 630, 741, 471, 129, 99, 251, 22, 317, 305),
    )
)
FAMILIAR = (
    Photo(_SKIMAGE, "data/chelsea.png", frozenset({281, 282, 285})),  # tabby, tiger cat, Egyptian cat
    Photo(_SKIMAGE, "data/coffee.png", frozenset({967})),  # espresso
    Photo(_SKIMAGE, "data/motorcycle_left.png", frozenset({665, 670})),  # moped, motor scooter
    Photo(_SKIMAGE, "data/camera.png", frozenset({872})),  # tripod
    Photo(_SKIMAGE, "data/rocket.jpg", frozenset({657})),  # missile
    Photo(_SKLEARN, "datasets/images/flower.jpg", frozenset({985})),  # daisy
    Photo(_SKLEARN, "datasets/images/china.jpg", frozenset({698})),  # palace
)
"""Labelled and well known, and calibrated with: measured apart from MEASURE."""

_CALIBRATE = (
    *FAMILIAR,
    Photo(_SKIMAGE, "data/astronaut.png"),
    Photo(_SKIMAGE, "data/coins.png"),
    Photo(_SKIMAGE, "data/grass.png"),
    Photo(_SKIMAGE, "data/hubble_deep_field.jpg"),
)


def is_installed(photos: Sequence[Photo]) -> bool:
    """Return True where every package of the photos is installed."""
    return all(find_spec(package) for package in {photo.package for photo in photos})


def calibration_pictures() -> Iterator[bytes]:
    """Every calibration photo as a whole, its centre and its four corners, each also mirrored: PNG files."""
    for photo in _CALIBRATE:
        with Image.open(io.BytesIO(photo.read())) as image:
            width, height = image.size
            boxes = [(0.0, 0.0, 1.0, 1.0), (0.25, 0.25, 0.75, 0.75)]
            boxes += [(x, y, x + 0.6, y + 0.6) for x in (0.0, 0.4) for y in (0.0, 0.4)]
            for left, top, right, bottom in boxes:
                view = image.crop((int(left * width), int(top * height), int(right * width), int(bottom * height)))
                yield _png(view)
                yield _png(ImageOps.mirror(view))


def _png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG", compress_level=0)
    return data.getvalue()
