"""An author's description of a model: `model.yaml`, in which comments have a place, or `model.json`."""

from pathlib import Path

from app.scoring import manifest as manifests
from app.scoring.manifest import Description, ManifestError
from delivery.examples import text
from delivery.failure import FailureError, NotFoundError

from .candidate import DESCRIPTION_FILES, PUBLISHABLE
from .limits import MAX_MANIFEST_BYTES


def find_description(folder: Path) -> Path:
    """The file that describes the model in a folder. Raises NotFoundError where there is none."""
    there = [folder / name for name in DESCRIPTION_FILES if (folder / name).exists()]
    if len(there) > 1:
        raise FailureError(f"{folder}: found {' and '.join(path.name for path in there)}, allowed is one of them")
    if not there:
        raise NotFoundError(
            f"{folder}: found neither {' nor '.join(DESCRIPTION_FILES)}; a publishable folder has {PUBLISHABLE}; "
            f"to begin with one: slipway model init {folder / 'model.onnx'}"
        )
    return there[0]


def read_description(path: Path) -> Description:
    """The description in a file. Raises FailureError with every fault at once, each with its path in the file."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise FailureError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > MAX_MANIFEST_BYTES:
        raise FailureError(f"{path}: has more than {MAX_MANIFEST_BYTES} bytes")
    try:
        return manifests.parse(Description, text.parse(data), str(path))
    except text.TextError as error:
        raise FailureError(f"{path}: {error}") from None
    except ManifestError as error:
        raise FailureError(str(error)) from None
