"""The manifest of a model version: what its files are and how a picture becomes its input.

Written by `slipway model publish`, checked by `slipway model pull`, obeyed by the serving app.
One model version is a folder of three files: `manifest.json`, `model.onnx`, `labels.txt`; and beside them `examples/`,
files that try the version out and that serving does not read.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

MANIFEST_FILE = "manifest.json"
MODEL_FILE: Final = "model.onnx"
LABELS_FILE: Final = "labels.txt"

ModelName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
ModelVersion = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}$")]
VersionFile = Annotated[str, Field(pattern=r"^(model\.onnx|labels\.txt|examples/[A-Za-z0-9][A-Za-z0-9._-]{0,99})$")]
"""A file of a model version, by its path there."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Side = Annotated[int, Field(ge=8, le=4096)]
Byte = Annotated[int, Field(ge=0, le=255)]
Spread = Annotated[float, Field(ge=1e-6)]
"""A standard deviation to divide by: float32 pixels stay finite."""

MIDDLE_GREY = (127, 127, 127)

T = TypeVar("T", bound=BaseModel)


class ManifestError(Exception):
    """A manifest that cannot be read; the message names every place, what was found and what is allowed."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FileFacts(_Part):
    """Identity of one file: its sha256 and its size in bytes."""

    sha256: Sha256
    size: Annotated[int, Field(ge=1)]


class Resize(_Part):
    """The way from a picture of any shape to width x height.

    `crop` scales the short side to `short_side` pixels and cuts the centre. `stretch` ignores the aspect ratio; with
    `short_side` it stretches to the model's aspect ratio at that short side and cuts the centre. `pad` fits the whole
    picture at `pad_at`, in the centre or at the start (top left), and fills the rest with `pad_colour` (RGB).

    A filter smooths what it shrinks, as Pillow and torchvision do. With `smooth` false it looks at the nearest pixels
    alone, as cv2 and TensorFlow do.
    """

    fit: Literal["crop", "stretch", "pad"] = "crop"
    short_side: Side | None = None
    filter: Literal["nearest", "bilinear", "bicubic", "lanczos"] = "bicubic"
    smooth: bool = True
    pad_colour: tuple[Byte, Byte, Byte] = MIDDLE_GREY
    pad_at: Literal["centre", "start"] = "centre"

    @property
    def picks(self) -> bool:
        """Single pixels of the picture decide: those of a smaller decoding would be others."""
        return self.filter == "nearest" or not self.smooth

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.fit != "pad" and (self.pad_colour != MIDDLE_GREY or self.pad_at != "centre"):
            raise ValueError(f"pad_colour and pad_at go with fit 'pad', not with fit '{self.fit}'")
        if self.fit == "pad" and self.short_side is not None:
            raise ValueError("short_side goes with fit 'crop' or 'stretch': 'pad' cuts nothing")
        if not self.smooth and self.filter == "lanczos":
            raise ValueError(
                "smooth false goes with filter 'bilinear' or 'bicubic'; the latter is next to cv2's lanczos"
            )
        return self


class Normalisation(_Part):
    """(x - mean) / std for x in 0..255, one number a channel in the model's channel order."""

    mean: tuple[float, ...]
    std: tuple[Spread, ...]


class Input(_Part):
    """The model's input tensor: one picture a row."""

    name: str
    dtype: Literal["uint8", "float32"]
    layout: Literal["NHWC", "NCHW"]
    channels: Literal["RGB", "BGR", "L"]
    width: Side
    height: Side
    resize: Resize = Resize()
    normalisation: Normalisation | None = None

    @property
    def depth(self) -> int:
        """Number of channels."""
        return len(self.channels)

    @property
    def row_shape(self) -> tuple[int, int, int]:
        """Shape of one row of the tensor."""
        plane = (self.height, self.width)
        return (*plane, self.depth) if self.layout == "NHWC" else (self.depth, *plane)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.normalisation is not None:
            if self.dtype == "uint8":
                raise ValueError("normalisation needs dtype float32; a uint8 model normalises in its graph")
            if not len(self.normalisation.mean) == len(self.normalisation.std) == self.depth:
                raise ValueError(f"normalisation needs {self.depth} means and {self.depth} stds for {self.channels}")
        short, fit = self.resize.short_side, self.resize.fit
        least = min(self.width, self.height) if fit == "stretch" else max(self.width, self.height)
        if short is not None and short < least:
            side = "shorter" if fit == "stretch" else "longer"
            raise ValueError(f"resize.short_side with fit '{fit}' is at least the {side} of width and height, {least}")
        if self.channels == "L" and len(set(self.resize.pad_colour)) > 1:
            raise ValueError("resize.pad_colour for channels L is a grey, such as [255, 255, 255]")
        return self


class Output(_Part):
    """An output tensor of the model: one row of `classes` numbers a picture.

    The classes exclude each other, and a row's probabilities sum to 1, unless `multi_label` is set: then each class has
    a probability of its own, a sigmoid of its logit.
    """

    name: str
    kind: Literal["probabilities", "logits"]
    classes: Annotated[int, Field(ge=1, le=1_000_000)]
    multi_label: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.classes == 1 and not self.multi_label:
            raise ValueError("one class needs multi_label true: alone, its share of all probabilities is always 1")
        return self


class Framework(_Part):
    """The tool that made the file, such as onnx with its opset."""

    name: str
    opset: int | None = None


class Description(_Part):
    """The facts that an author gives before a model has a version: the publishable half of the manifest."""

    name: ModelName
    title: str = ""
    author: str = ""
    licence: str = ""
    source: str = ""
    framework: Framework
    input: Input
    output: Output
    more_outputs: Annotated[tuple[Output, ...], Field(max_length=64)] = ()
    metrics: dict[str, float] = {}

    @property
    def outputs(self) -> tuple[Output, ...]:
        """All outputs that are served, the primary one first. `labels.txt` names the primary one's classes."""
        return (self.output, *self.more_outputs)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [output.name for output in self.outputs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"output and more_outputs name {', '.join(map(repr, twice))} twice; each is named once")
        return self


class Manifest(Description):
    """One immutable model version."""

    format: Literal["slipway.model/1"] = "slipway.model/1"
    main: Literal["model.onnx"] = MODEL_FILE
    """The file whose sha256 names the version."""
    version: ModelVersion
    created: datetime
    files: dict[VersionFile, FileFacts]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        missing = {MODEL_FILE, LABELS_FILE} - set(self.files)
        if missing:
            raise ValueError(f"files lacks {', '.join(sorted(missing))}")
        return self

    @property
    def sha256(self) -> str:
        """The sha256 of the model file: the identity that images, logs and metrics carry."""
        return self.files[MODEL_FILE].sha256

    def to_json(self) -> str:
        """The text of `manifest.json`."""
        return self.model_dump_json(indent=2) + "\n"


def parse(kind: type[T], text: str | bytes, place: str) -> T:
    """Decode JSON text as `kind`, or raise ManifestError with every fault at once, each with its path."""
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        faults = [
            f"{place}: {'.'.join(str(part) for part in fault['loc']) or '(whole)'}: {fault['msg']}"
            + ("" if fault["type"] in ("missing", "json_invalid") else f", found {fault['input']!r:.80}")
            for fault in error.errors(include_url=False)
        ]
        raise ManifestError("\n".join(faults)) from None


def read(folder: Path) -> Manifest:
    """The manifest of the model version in `folder`."""
    path = folder / MANIFEST_FILE
    try:
        return parse(Manifest, path.read_bytes(), str(path))
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error.strerror}") from None
