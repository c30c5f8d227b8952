"""What a build sees besides the app's code: the model version, checked where it is going to be packed from."""

import shutil
from pathlib import Path

from app.scoring import manifest as manifests
from app.scoring.manifest import MANIFEST_FILE, Manifest, ManifestError
from delivery.failure import FailureError, IntegrityError
from delivery.model.cache import matches


def stage_model(source: Path, folder: Path) -> Manifest:
    """Make `folder` a copy of the model version in `source`, proved against its manifest."""
    try:
        manifest = manifests.read(source)
    except ManifestError as error:
        raise FailureError(f"{error}\npull a model version first: python -m delivery model pull") from None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        for name in (MANIFEST_FILE, *manifest.files):
            shutil.copyfile(source / name, folder / name)
    except OSError as error:
        raise FailureError(f"{error.filename}: cannot be copied: {error.strerror}") from None
    for name, facts in manifest.files.items():
        if not matches(folder / name, facts):
            shutil.rmtree(folder)
            raise IntegrityError(
                f"{source / name}: is not the file of its manifest: {facts.size} bytes with sha256 {facts.sha256}"
            )
    return manifest
