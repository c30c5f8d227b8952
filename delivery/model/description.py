"""An author's description of a model: `model.yaml`, in which comments have a place, or `model.json`."""

import json
from pathlib import Path

from delivery.examples import text
from delivery.failure import FailureError, NotFoundError

from . import manifest as manifests
from .candidate import DESCRIPTION_FILES
from .limits import MAX_MANIFEST_BYTES
from .manifest import RESERVED, Description, ManifestError


def find_description(folder: Path) -> Path:
    """The file that describes the model in a folder. Raises NotFoundError where there is none."""
    there = [folder / name for name in DESCRIPTION_FILES if (folder / name).exists()]
    if len(there) > 1:
        raise FailureError(f"{folder}: found {' and '.join(path.name for path in there)}, allowed is one of them")
    if not there:
        raise NotFoundError(
            f"{folder}: found neither {' nor '.join(DESCRIPTION_FILES)}, of which a publishable folder has one; to "
            "begin with it: slipway model init FILE"
        )
    return there[0]


def read_text(path: Path) -> str:
    """The JSON text of a description. Raises FailureError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise FailureError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > MAX_MANIFEST_BYTES:
        raise FailureError(f"{path}: has more than {MAX_MANIFEST_BYTES} bytes")
    try:
        return text.parse(data)
    except text.TextError as error:
        raise FailureError(f"{path}: {error}") from None


def parse_description(given: str, path: Path) -> Description:
    """The description of this JSON text. Raises FailureError with every fault at once, each with its path."""
    found = json.loads(given)
    reserved = [name for name in RESERVED if isinstance(found, dict) and name in found]
    faults = [f"{path}: {name}: Extra inputs are not permitted: publishing writes it" for name in reserved]
    try:
        description = manifests.parse(Description, given, str(path))
    except ManifestError as error:
        faults.append(str(error))
    if faults:
        raise FailureError("\n".join(faults))
    return description


def read_description(path: Path) -> Description:
    """The description in a file. Raises FailureError with every fault at once, each with its path in the file."""
    return parse_description(read_text(path), path)
