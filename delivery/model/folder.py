"""A publishable folder: `model.onnx`, `labels.txt` and `model.json`, an author's description without a version.

It is copied aside, checked by the serving app's own loading, and published from the copy: what was checked is what
goes out, even if the folder changes meanwhile.
"""

import codecs
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.scoring import manifest as manifests
from app.scoring.manifest import LABELS_FILE, MODEL_FILE, Description, FileFacts, ManifestError
from app.scoring.model import Model, ModelError
from delivery.failure import FailureError, NotFoundError

from . import graphs, labels, trial
from .candidate import DESCRIPTION_FILE, Candidate
from .limits import MAX_FILE_BYTES, MAX_MANIFEST_BYTES


@contextmanager
def checked(folder: Path) -> Iterator[Candidate]:
    """The candidate that `folder` holds, or FailureError with the first thing that is wrong with it."""
    description = _description(folder / DESCRIPTION_FILE)
    with TemporaryDirectory(prefix="slipway-publish-") as temporary:
        copy = Path(temporary)
        for name in (MODEL_FILE, LABELS_FILE):
            _copy(folder / name, copy)
        mended = labels.mended((copy / LABELS_FILE).read_bytes(), description.output.classes, folder / LABELS_FILE)
        (copy / LABELS_FILE).write_bytes(mended)
        candidate = Candidate(copy, description, {name: _facts(copy / name) for name in (MODEL_FILE, LABELS_FILE)})
        _check_model(candidate, folder)
        yield candidate


def _description(path: Path) -> Description:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_MANIFEST_BYTES + 1)
    except FileNotFoundError:
        raise NotFoundError(f"{path}: no such file; a publishable folder has {_ALL}") from None
    except OSError as error:
        raise FailureError(f"{path}: cannot be read: {error.strerror}") from None
    if len(text) > MAX_MANIFEST_BYTES:
        raise FailureError(f"{path}: has more than {MAX_MANIFEST_BYTES} bytes")
    try:
        return manifests.parse(Description, text.removeprefix(codecs.BOM_UTF8), str(path))
    except ManifestError as error:
        raise FailureError(str(error)) from None


_ALL = f"{MODEL_FILE}, {LABELS_FILE} and {DESCRIPTION_FILE}"


def _copy(source: Path, folder: Path) -> None:
    try:
        shutil.copyfile(source, folder / source.name)
    except FileNotFoundError:
        raise NotFoundError(f"{source}: no such file; a publishable folder has {_ALL}") from None
    except OSError as error:
        raise FailureError(f"{source}: cannot be copied to {folder}: {error.strerror or error}") from None
    size = (folder / source.name).stat().st_size
    if not 0 < size <= MAX_FILE_BYTES[source.name]:
        raise FailureError(f"{source}: has {size} bytes, allowed are 1 to {MAX_FILE_BYTES[source.name]}")


def _facts(path: Path) -> FileFacts:
    with path.open("rb") as file:
        return FileFacts(sha256=hashlib.file_digest(file, "sha256").hexdigest(), size=path.stat().st_size)


def _check_model(candidate: Candidate, folder: Path) -> None:
    manifest = candidate.manifest("1", datetime.now(UTC))  # a stand-in: no check depends on the number
    (candidate.folder / manifests.MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    place = folder / MODEL_FILE
    last = graphs.last_operations(candidate.folder / MODEL_FILE, place)
    try:
        model = Model.load(candidate.folder)
    except ModelError as error:
        raise FailureError(str(error).replace(str(candidate.folder), str(folder))) from None
    trial.check(model, last, place)
