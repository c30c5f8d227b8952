"""Models to publish: without ONNX where only their bytes matter, real where they are checked."""

import hashlib
from pathlib import Path

from app.scoring import manifest as scoring
from app.scoring.manifest import LABELS_FILE, MODEL_FILE, Framework, Input, Output
from delivery.model import manifest as manifests
from delivery.model.candidate import DESCRIPTION_FILE, Candidate
from delivery.model.manifest import MANIFEST_FILE, RESERVED, Description, FileFacts, Manifest
from tests.support import models

NAME = "colours"


def describe(title: str = "") -> scoring.Description:
    """A description of a model that nobody opens."""
    spec = Input(name="pixels", dtype="uint8", layout="NHWC", channels="RGB", width=8, height=8)
    output = Output(name="scores", kind="probabilities", classes=2)
    return scoring.Description(name=NAME, title=title, framework=Framework(name="onnx"), input=spec, output=output)


def candidate(folder: Path, model: bytes = b"model", labels: bytes = b"yes\nno\n", title: str = "") -> Candidate:
    """A candidate with these bytes, as if they had been checked."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL_FILE).write_bytes(model)
    (folder / LABELS_FILE).write_bytes(labels)
    described = Description.model_validate(describe(title).model_dump(mode="json"))
    return Candidate(folder, described, {MODEL_FILE: facts(model), LABELS_FILE: facts(labels)}, MODEL_FILE)


def facts(data: bytes) -> FileFacts:
    """The identity of these bytes."""
    return FileFacts(sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def publishable(folder: Path, title: str = "Plain colours") -> Path:
    """A folder with a real, small model, ready to publish."""
    models.write(folder)
    return unversioned(folder, title)


def unversioned(folder: Path, title: str = "Plain colours") -> Path:
    """The folder of a written version, as its author would hand it in."""
    written = manifests.read(folder)
    described = {name: value for name, value in written.model_dump(mode="json").items() if name not in RESERVED}
    description = Description.model_validate({**described, "title": title})
    (folder / DESCRIPTION_FILE).write_text(description.model_dump_json(), encoding="utf-8")
    (folder / MANIFEST_FILE).unlink()
    return folder


def read_all(folder: Path) -> tuple[Manifest, bytes, bytes]:
    """A pulled version: its manifest, its model's bytes, its labels' bytes."""
    manifest = Manifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())
    return manifest, (folder / MODEL_FILE).read_bytes(), (folder / LABELS_FILE).read_bytes()
