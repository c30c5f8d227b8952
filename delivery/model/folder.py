"""A publishable folder: `model.onnx`, `labels.txt`, an author's description without a version, and often `examples/`.

It is copied aside, checked by the serving app's own loading, and published from the copy: what was checked is what
goes out, even if the folder changes meanwhile.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from app.scoring import manifest as manifests
from app.scoring.manifest import LABELS_FILE, MODEL_FILE, FileFacts
from app.scoring.model import Model, ModelError
from delivery.examples.example import FOLDER as EXAMPLES
from delivery.examples.folder import Examples, read_folder
from delivery.failure import FailureError, NotFoundError

from . import graphs, labels, trial
from .candidate import PUBLISHABLE, Candidate
from .description import find_description, read_description
from .limits import MAX_FILE_BYTES

T = TypeVar("T")


@contextmanager
def checked(folder: Path) -> Iterator[Candidate]:
    """The candidate that `folder` holds. Raises FailureError with the faults of all of its files.

    What a model computes is looked at last: the first thing that is wrong with that is named alone.
    """
    if not folder.is_dir():
        raise NotFoundError(f"{folder}: no such folder; a publishable folder has {PUBLISHABLE}")
    faults: list[FailureError] = []
    with TemporaryDirectory(prefix="slipway-publish-") as temporary:
        copy = Path(temporary)
        place = _gather(faults, partial(find_description, folder))
        description = _gather(faults, partial(read_description, place)) if place else None
        files = [name for name in (MODEL_FILE, LABELS_FILE) if _gather(faults, partial(_copy, folder / name, copy))]
        if description and LABELS_FILE in files:
            _gather(faults, partial(_mend_labels, copy / LABELS_FILE, description.output.classes, folder / LABELS_FILE))
        examples = None
        if (folder / EXAMPLES).exists():
            examples = _gather(faults, partial(_copy_examples, folder / EXAMPLES, copy / EXAMPLES))
        _refuse(faults)
        assert place is not None
        assert description is not None
        files += [f"{EXAMPLES}/{name}" for name in sorted(examples.files)] if examples else []
        candidate = Candidate(copy, description, {name: _facts(copy / name) for name in files}, examples)
        _check_model(candidate, folder, place)
        yield candidate


def _gather(faults: list[FailureError], step: Callable[[], T]) -> T | None:
    """The result of the step; its failure joins the others."""
    try:
        return step()
    except FailureError as error:
        faults.append(error)
        return None


def _refuse(faults: list[FailureError]) -> None:
    """Raise all of them as one."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        missing = all(isinstance(fault, NotFoundError) for fault in faults)
        raise (NotFoundError if missing else FailureError)("\n".join(map(str, faults)))


def _copy(source: Path, folder: Path) -> Path:
    try:
        shutil.copyfile(source, folder / source.name)
    except FileNotFoundError:
        raise NotFoundError(f"{source}: no such file; a publishable folder has {PUBLISHABLE}") from None
    except OSError as error:
        raise FailureError(f"{source}: cannot be copied to {folder}: {error.strerror or error}") from None
    size = (folder / source.name).stat().st_size
    if not 0 < size <= MAX_FILE_BYTES[source.name]:
        raise FailureError(f"{source}: has {size} bytes, allowed are 1 to {MAX_FILE_BYTES[source.name]}")
    return folder / source.name


def _mend_labels(copy: Path, classes: int, place: Path) -> None:
    copy.write_bytes(labels.mended(copy.read_bytes(), classes, place))


def _copy_examples(source: Path, folder: Path) -> Examples:
    """The examples, written as they were read."""
    examples = read_folder(source)
    folder.mkdir()
    for name, data in examples.files.items():
        (folder / name).write_bytes(data)
    return examples


def _facts(path: Path) -> FileFacts:
    with path.open("rb") as file:
        return FileFacts(sha256=hashlib.file_digest(file, "sha256").hexdigest(), size=path.stat().st_size)


def _check_model(candidate: Candidate, folder: Path, description: Path) -> None:
    manifest = candidate.manifest("1", datetime.now(UTC))  # a stand-in: no check depends on the number
    (candidate.folder / manifests.MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    place = folder / MODEL_FILE
    last = graphs.last_operations(candidate.folder / MODEL_FILE, place)
    try:
        model = Model.load(candidate.folder)
    except ModelError as error:
        raise FailureError(str(error).replace(str(candidate.folder), str(folder))) from None
    trial.check(model, last, place, description)
