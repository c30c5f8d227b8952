"""From installed weights to a folder that `slipway model publish` takes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import onnx

from app.models.beginning import DESCRIPTION_FILE
from app.models.fault import FaultError
from app.scoring.manifest import LABELS_FILE, MODEL_FILE, Description

from .accuracy import Accuracy, measure, rows
from .catalogue import Sample
from .graph import WeightsError, build
from .labels import imagenet_labels
from .packages import package_file
from .photos import FAMILIAR, MEASURE, calibration_pictures
from .quantisation import quantise
from .torch_file import TorchFileError, read_tensors


@dataclass(frozen=True)
class Built:
    """A sample model in memory, with its accuracy on photos it has not seen, and on those that calibration may use."""

    model: bytes
    labels: tuple[str, ...]
    description: Description
    accuracy: Accuracy
    familiar: Accuracy | None

    @property
    def sha256(self) -> str:
        """Of the model's bytes."""
        return hashlib.sha256(self.model).hexdigest()

    def write(self, folder: Path) -> None:
        """Make `folder` publishable; its description comes last."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MODEL_FILE).write_bytes(self.model)
        (folder / LABELS_FILE).write_text("".join(f"{line}\n" for line in self.labels), encoding="utf-8")
        (folder / DESCRIPTION_FILE).write_text(self.description.model_dump_json(indent=2) + "\n", encoding="utf-8")


def build_sample(sample: Sample, *, familiar: bool = True) -> Built:
    """The sample, measured; on `familiar` photos only where their packages may be needed. The float ones have the same
    bytes on every machine; the int8 one's last bits depend on how the processor rounds while it is calibrated.
    """
    network = _float_network(sample)
    original = network.SerializeToString(deterministic=True)
    model, against = original, None
    if sample.int8:
        quantised = quantise(network, rows(calibration_pictures(), sample.input))
        model, against = quantised.SerializeToString(deterministic=True), original
    accuracy = measure(model, MEASURE, sample.input, against)
    known = measure(model, FAMILIAR, sample.input, against) if familiar else None
    return Built(model, imagenet_labels(), sample.describe(accuracy.metrics()), accuracy, known)


def _float_network(sample: Sample) -> onnx.ModelProto:
    path = package_file(sample.package, sample.weights)
    if (found := hashlib.sha256(path.read_bytes()).hexdigest()) != sample.sha256:
        raise FaultError(f"{path}: has sha256 {found}, expected {sample.sha256}")
    try:
        return build(sample.network, read_tensors(path))
    except (TorchFileError, WeightsError) as error:
        raise FaultError(str(error)) from None
