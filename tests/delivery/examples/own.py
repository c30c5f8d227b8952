"""A model of three classes as a user brings it: an ONNX file and three pictures, made into a publishable folder."""

from pathlib import Path

from app.models.beginning import begin
from app.scoring.manifest import LABELS_FILE, MODEL_FILE, Input, Normalisation
from tests.support import models, pictures

from .colours import COLOURS, FILES

NAME = "sheets"
TORCH_INPUT = Input(
    name="pixels",
    dtype="float32",
    layout="NCHW",
    channels="RGB",
    width=64,
    height=64,
    normalisation=Normalisation(mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375)),
)


def trained(folder: Path) -> Path:
    """The files that a training run leaves: best.onnx, and beside it a picture of each class."""
    models.write(folder / "made", TORCH_INPUT, classes=len(COLOURS), logits=True)
    for colour in COLOURS:
        (folder / f"{colour}.png").write_bytes(pictures.plain(colour))
    return (folder / "made" / MODEL_FILE).rename(folder / "best.onnx")


def write(folder: Path) -> Path:
    """The publishable folder, described and with three examples."""
    begin(trained(folder), folder / NAME)
    (folder / NAME / LABELS_FILE).write_text("".join(f"{colour}\n" for colour in COLOURS), encoding="utf-8")
    (folder / NAME / "examples").mkdir()
    for name, data in FILES.items():
        (folder / NAME / "examples" / name).write_bytes(data)
    return folder / NAME


def spoil(folder: Path) -> None:
    """Say that blue is green."""
    file = folder / "examples" / "blue.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("label: blue", "label: green"), encoding="utf-8")
