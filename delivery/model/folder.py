"""A publishable folder: `model.onnx`, `labels.txt` and `model.json`, an author's description without a version.

It is copied aside, checked by the serving app's own loading, and published from the copy: what was checked is what
goes out, whatever happens to the folder meanwhile.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx

from app.scoring import manifest as manifests
from app.scoring.manifest import LABELS_FILE, MODEL_FILE, Description, FileFacts, ManifestError
from app.scoring.model import Model, ModelError
from delivery.failure import FailureError, NotFoundError

from .candidate import DESCRIPTION_FILE, Candidate
from .limits import MAX_FILE_BYTES, MAX_MANIFEST_BYTES

_SUM_TOLERANCE = 0.01  # a quantised softmax rounds


@contextmanager
def checked(folder: Path) -> Iterator[Candidate]:
    """The candidate that `folder` holds, or FailureError with the first thing that is wrong with it."""
    description = _description(folder / DESCRIPTION_FILE)
    with TemporaryDirectory(prefix="slipway-publish-") as temporary:
        copy = Path(temporary)
        files = {name: _copied(folder / name, copy) for name in (MODEL_FILE, LABELS_FILE)}
        _check_labels((copy / LABELS_FILE).read_bytes(), description.output.classes, folder / LABELS_FILE)
        candidate = Candidate(copy, description, files)
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
        return manifests.parse(Description, text, str(path))
    except ManifestError as error:
        raise FailureError(str(error)) from None


_ALL = f"{MODEL_FILE}, {LABELS_FILE} and {DESCRIPTION_FILE}"


def _copied(source: Path, folder: Path) -> FileFacts:
    try:
        shutil.copyfile(source, folder / source.name)
    except FileNotFoundError:
        raise NotFoundError(f"{source}: no such file; a publishable folder has {_ALL}") from None
    except OSError as error:
        raise FailureError(f"{source}: cannot be copied to {folder}: {error.strerror or error}") from None
    size = (folder / source.name).stat().st_size
    if not 0 < size <= MAX_FILE_BYTES[source.name]:
        raise FailureError(f"{source}: has {size} bytes, allowed are 1 to {MAX_FILE_BYTES[source.name]}")
    with (folder / source.name).open("rb") as file:
        return FileFacts(sha256=hashlib.file_digest(file, "sha256").hexdigest(), size=size)


def _check_labels(data: bytes, classes: int, place: Path) -> None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FailureError(f"{place}: is not UTF-8: {error.reason} at byte {error.start}") from None
    lines = text.removesuffix("\n").split("\n")
    for number, line in enumerate(lines, start=1):
        # Neither a label nor a line end to some readers and not to others.
        if not line.strip() or not line.isprintable():
            raise FailureError(f"{place}: line {number}: found {line[:60]!r}, a label is printable text")
    if len(lines) != classes:
        raise FailureError(f"{place}: found {len(lines)} labels, the description says {classes} classes")


def _check_model(candidate: Candidate, folder: Path) -> None:
    manifest = candidate.manifest("1", datetime.now(UTC))  # a stand-in: no check depends on the number
    (candidate.folder / manifests.MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    place = folder / MODEL_FILE
    _check_self_contained((candidate.folder / MODEL_FILE).read_bytes(), place)
    try:
        model = Model.load(candidate.folder)
        _check_shapes(model, place)
        _check_first_run(model, place)
    except ModelError as error:
        raise FailureError(str(error).replace(str(candidate.folder), str(folder))) from None


def _check_self_contained(data: bytes, place: Path) -> None:
    """No weights in files beside the model: onnxruntime would look for them wherever it happens to run."""
    try:
        graphs = [onnx.load_model_from_string(data).graph]
    except Exception as error:  # noqa: BLE001 - protobuf's errors have no common type
        raise FailureError(f"{place}: is not an ONNX model: {error}") from None
    for graph in graphs:
        graphs.extend(part.g for node in graph.node for part in node.attribute if part.HasField("g"))
        constants = [part.t for node in graph.node for part in node.attribute if part.HasField("t")]
        for tensor in (*graph.initializer, *constants):
            if tensor.data_location == onnx.TensorProto.EXTERNAL:
                raise FailureError(f"{place}: keeps weights ({tensor.name}) in another file; save it as one file")


def _check_shapes(model: Model, place: Path) -> None:
    """A dimension is either a name or an unknown, and then any number fits, or a number, and then that one."""
    spec, output = model.manifest.input, model.manifest.output
    (given,) = model.session.get_inputs()
    (made,) = [node for node in model.session.get_outputs() if node.name == output.name]
    for node, row in ((given, list(spec.row_shape)), (made, [output.classes])):
        batch, *rest = node.shape
        if isinstance(batch, int):
            raise FailureError(f"{place}: {node.name}: takes batches of {batch} only, the first dimension must be free")
        if len(rest) != len(row) or any(isinstance(n, int) and n != m for n, m in zip(rest, row, strict=True)):
            raise FailureError(f"{place}: {node.name}: has shape {node.shape}, the description says {['batch', *row]}")
    if made.type != "tensor(float)":
        raise FailureError(f"{place}: {made.name}: is {made.type}, allowed is tensor(float) ({spec.name} may be uint8)")


def _check_first_run(model: Model, place: Path) -> None:
    """One run on a grey picture: two rows, so that a batch is not an accident."""
    shape = (2, *model.manifest.input.row_shape)
    rows = np.full(shape, 127, np.uint8) if model.manifest.input.dtype == "uint8" else np.zeros(shape, np.float32)
    try:
        scores = model.predict(rows)
    except Exception as error:  # noqa: BLE001 - onnxruntime's own types are not exported
        raise FailureError(f"{place}: onnxruntime cannot run it: {error}") from None
    classes = model.manifest.output.classes
    if scores.shape != (2, classes) or not np.isfinite(scores).all():
        raise FailureError(f"{place}: gives {scores.shape} numbers, expected finite ones of shape {(2, classes)}")
    if (scores < 0).any() or (abs(scores.sum(axis=1) - 1) > _SUM_TOLERANCE).any():
        raise FailureError(
            f"{place}: a grey picture's classes sum to {scores.sum(axis=1)[0]:.4g}, from {scores.min():.4g} up: not "
            f"probabilities; say output.kind 'logits' in {DESCRIPTION_FILE} if the model has no softmax",
        )
