"""A model version, opened: verified against its manifest, ready to turn rows into probabilities."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from . import manifest as manifests
from .manifest import LABELS_FILE, MODEL_FILE, Manifest

_DTYPES = {"uint8": "tensor(uint8)", "float32": "tensor(float)"}


class ModelError(Exception):
    """A model version that must not serve; the message names the file, what was found and what was expected."""


class NotFiniteError(Exception):
    """A result that holds NaN or infinity."""


@dataclass(frozen=True)
class Model:
    """A verified model. `predict` may be called from several threads at once and releases the interpreter's lock."""

    manifest: Manifest
    labels: tuple[str, ...]
    session: Any  # onnxruntime.InferenceSession, which ships no types

    @classmethod
    def load(cls, folder: Path, provider: str = "CPUExecutionProvider") -> "Model":
        """Read `folder`, check every file's size and sha256, and open the model. Raises ModelError."""
        try:
            manifest = manifests.read(folder)
        except manifests.ManifestError as error:
            raise ModelError(str(error)) from None
        weights = _verified(folder / MODEL_FILE, manifest)
        labels = tuple(_verified(folder / LABELS_FILE, manifest).decode("utf-8").splitlines())
        if len(labels) != manifest.output.classes:
            raise ModelError(
                f"{folder / LABELS_FILE}: found {len(labels)} labels; the model has {manifest.output.classes} classes"
            )
        session = _open(weights, folder / MODEL_FILE)
        _check_signature(session, manifest, folder / MODEL_FILE)
        return cls(manifest, labels, session)

    def run(self, rows: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        scores = self.predict(rows)
        if not np.isfinite(scores).all():
            raise NotFiniteError(f"output {self.manifest.output.name!r} holds NaN or infinite numbers")
        return {self.manifest.output.name: scores}

    def predict(self, rows: NDArray[Any]) -> NDArray[np.float32]:
        """Probabilities, shape (n, classes), for rows of shape (n, ...) in the manifest's layout and dtype."""
        output = self.manifest.output
        options = _returning_memory() if len(rows) > 1 else None
        (scores,) = self.session.run([output.name], {self.manifest.input.name: rows}, options)
        if output.kind == "logits":
            scores = np.exp(scores - scores.max(axis=1, keepdims=True))
            scores /= scores.sum(axis=1, keepdims=True)
        return np.asarray(scores, np.float32)

    def warm_up(self) -> None:
        """Run once, so that the first caller does not pay for lazy set-up. Raises ModelError on a senseless answer."""
        row = np.zeros((1, *self.manifest.input.row_shape), self.manifest.input.dtype)
        scores = self.predict(row)
        if scores.shape != (1, len(self.labels)) or not np.isfinite(scores).all():
            raise ModelError(
                f"{MODEL_FILE}: the first run gave shape {scores.shape}, expected finite numbers of shape "
                f"{(1, len(self.labels))}"
            )


def top(probabilities: NDArray[np.float32], count: int) -> list[tuple[int, float]]:
    """The `count` most probable classes of one row as (index, probability), most probable first, ties by index."""
    order = np.argsort(-probabilities, kind="stable")[:count]
    return [(int(index), float(probabilities[index])) for index in order]


def _verified(path: Path, manifest: Manifest) -> bytes:
    expected = manifest.files[path.name]  # type: ignore[index]  # only the two names of the manifest come here
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from None
    found = hashlib.sha256(data).hexdigest()
    if (len(data), found) != (expected.size, expected.sha256):
        raise ModelError(
            f"{path}: found {len(data)} bytes with sha256 {found}; the manifest says {expected.size} bytes with "
            f"{expected.sha256}"
        )
    return data


def _open(weights: bytes, path: Path) -> Any:  # noqa: ANN401  # onnxruntime ships no types
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    # One thread an inference: several at once use the cores better than one spread over them, and spinning
    # threads would take them from the decoders.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001  # onnxruntime raises types of its own that it does not export
        raise ModelError(f"{path}: onnxruntime cannot open it: {error}") from None


def _returning_memory() -> Any:  # noqa: ANN401  # onnxruntime ships no types
    """Memory for many rows at once is given back afterwards; the arena would keep it for ever."""
    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options


def _check_signature(session: Any, manifest: Manifest, path: Path) -> None:  # noqa: ANN401  # as above
    inputs = {node.name: node for node in session.get_inputs()}
    outputs = {node.name for node in session.get_outputs()}
    spec = manifest.input
    if set(inputs) != {spec.name}:
        raise ModelError(f"{path}: its inputs are {sorted(inputs)}; the manifest says ['{spec.name}']")
    if inputs[spec.name].type != _DTYPES[spec.dtype]:
        raise ModelError(f"{path}: input {spec.name} is {inputs[spec.name].type}; the manifest says {spec.dtype}")
    if manifest.output.name not in outputs:
        raise ModelError(f"{path}: its outputs are {sorted(outputs)}; the manifest says '{manifest.output.name}'")
