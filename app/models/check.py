"""A model version before it is published: its labels are mended, and the model is tried on unlike pictures."""

import hashlib
from pathlib import Path

from app.scoring import manifest as manifests
from app.scoring.manifest import LABELS_FILE, MANIFEST_FILE, MODEL_FILE, FileFacts, Manifest, ManifestError
from app.scoring.model import Model, ModelError

from . import graphs, labels, trial
from .fault import FaultError

MAX_BYTES = {
    MODEL_FILE: 2 << 30,  # the most that protobuf, and so an ONNX file, can hold
    LABELS_FILE: 64 << 20,  # a million classes of 64 bytes
}


def check(folder: Path) -> None:
    """Check the version in a folder that belongs to the caller: its labels are mended there.

    Raises FaultError. The first thing that is wrong with what a model computes is named alone.
    """
    for name, most in MAX_BYTES.items():
        size = (folder / name).stat().st_size
        if size > most:
            raise FaultError(f"{folder / name}: has {size} bytes, allowed are 1 to {most}")
    manifest = _mended(folder)
    place = folder / MODEL_FILE
    last = graphs.last_operations(place, place)
    try:
        model = Model.load(folder)
    except ModelError as error:
        raise FaultError(str(error)) from None
    if model.manifest != manifest:
        raise FaultError(f"{folder / MANIFEST_FILE}: was changed during the check")
    trial.check(model, last, place, folder / MANIFEST_FILE)


def _mended(folder: Path) -> Manifest:
    """Mend the labels and return the manifest, written again for them."""
    try:
        manifest = manifests.read(folder)
    except ManifestError as error:
        raise FaultError(str(error)) from None
    place = folder / LABELS_FILE
    data = labels.mended(place.read_bytes(), manifest.output.classes, place)
    place.write_bytes(data)
    facts = FileFacts(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    mended = manifest.model_copy(update={"files": {**manifest.files, LABELS_FILE: facts}})
    (folder / MANIFEST_FILE).write_text(mended.to_json(), encoding="utf-8")
    return mended
