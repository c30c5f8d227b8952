"""A model version, opened: verified against its manifest, ready to turn rows into probabilities."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from . import manifest as manifests
from .manifest import LABELS_FILE, MODEL_FILE, Manifest, Output
from .session import ModelError, open_session, open_verified

__all__ = ["Model", "ModelError", "NotFiniteError", "read_labels", "top"]


class NotFiniteError(Exception):
    """The model answered NaN or an infinity: no probability, and nothing that JSON or a histogram can hold."""

    def __init__(self, output: str) -> None:
        super().__init__(f"the model's output {output!r} holds NaN or an infinity for this input")
        self.output = output


@dataclass(frozen=True)
class Model:
    """A verified model. `run` may be called from several threads at once and releases the interpreter's lock."""

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
        with open_verified(folder / LABELS_FILE, manifest.files[LABELS_FILE]) as file:
            labels = read_labels(file.read())
        if len(labels) != manifest.output.classes:
            raise ModelError(
                f"{folder / LABELS_FILE}: found {len(labels)} labels; the model has {manifest.output.classes} classes"
            )
        return cls(manifest, labels, open_session(folder, manifest, provider))

    def run(self, rows: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """Probabilities by output name, each of shape (n, classes), for rows in the manifest's layout and dtype.

        Raises NotFiniteError.
        """
        raw = self.raw(rows)
        return {output.name: _probabilities(raw[output.name], output) for output in self.manifest.outputs}

    def primary(self, results: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """The primary output's part of what `run` gave."""
        return results[self.manifest.output.name]

    def labels_of(self, output: Output) -> tuple[str, ...]:
        """The names of an output's classes; none where another number of classes shows that they are others."""
        return self.labels if output.classes == len(self.labels) else ()

    @cached_property
    def longest_label(self) -> int:
        """The characters of the longest label, which bound the size of an answer."""
        return max(map(len, self.labels))

    def raw(self, rows: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """The numbers that the graph itself gives, by output name. Raises NotFiniteError, ModelError."""
        names = [output.name for output in self.manifest.outputs]
        parts = [rows[index : index + 1] for index in range(len(rows))] if self.one_at_a_time else [rows]
        calls = [self.session.run(names, {self.manifest.input.name: part}, _options(part)) for part in parts]
        values = calls[0] if len(calls) == 1 else [np.concatenate(found) for found in zip(*calls, strict=True)]
        for output, found in zip(self.manifest.outputs, values, strict=True):
            if found.shape != (len(rows), output.classes):
                expected = (len(rows), output.classes)
                raise ModelError(f"{MODEL_FILE}: {output.name} came with shape {found.shape}, expected {expected}")
            if not np.isfinite(found).all():
                raise NotFiniteError(output.name)
        return dict(zip(names, values, strict=True))

    @property
    def one_at_a_time(self) -> bool:
        """True where the graph takes batches of 1 only."""
        shape = self.session.get_inputs()[0].shape
        return bool(shape) and shape[0] == 1

    def warm_up(self) -> None:
        """Run once, so that the first caller does not pay for lazy set-up. Raises ModelError on a senseless answer."""
        try:
            self.run(np.zeros((1, *self.manifest.input.row_shape), self.manifest.input.dtype))
        except NotFiniteError as error:
            raise ModelError(f"{MODEL_FILE}: the first run, of zeros: {error}") from None


def read_labels(data: bytes) -> tuple[str, ...]:
    """The lines of a labels file: only a line feed ends one, not the marks of other scripts."""
    return tuple(data.decode("utf-8").removesuffix("\n").split("\n"))


def top(probabilities: NDArray[np.float32], count: int) -> list[tuple[int, float]]:
    """The `count` most probable classes of one row as (index, probability), most probable first, ties by index."""
    order = np.argsort(-probabilities, kind="stable")[:count]
    return [(int(index), float(probabilities[index])) for index in order]


def _probabilities(scores: NDArray[np.float32], output: Output) -> NDArray[np.float32]:
    """Softmax or sigmoid of logits, in forms that no finite logit overflows."""
    if output.kind == "probabilities":
        return scores
    if output.multi_label:
        small = np.exp(-np.abs(scores))
        return np.asarray(np.where(scores >= 0, 1, small) / (1 + small), np.float32)
    with np.errstate(over="ignore"):  # of logits further apart than a float32 reaches: the lower one's share is 0
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)


def _options(rows: NDArray[Any]) -> Any:  # noqa: ANN401  # onnxruntime ships no types
    """Memory for many rows at once is given back afterwards; the arena would keep it for ever."""
    if len(rows) == 1:
        return None
    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options
