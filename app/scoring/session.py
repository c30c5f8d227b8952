"""A model file, opened: proved to be the manifest's bytes, and its inputs and outputs to be the manifest's."""

import ctypes
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import onnxruntime

from .manifest import MODEL_FILE, FileFacts, Manifest

_DTYPES = {"uint8": "tensor(uint8)", "float32": "tensor(float)"}
_FATAL = 4
_EXPORT = "; export it with one (scikit-learn's exporter: options={'zipmap': False})"
# onnxruntime's status prefix, and the source line with its C++ signature, which the next capital letter ends.
_STATUS = re.compile(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ")
_SOURCE = re.compile(r"/onnxruntime_src/\S+:\d+ .*?\)(?: const)? (?=[A-Z])", re.DOTALL)


class ModelError(Exception):
    """A model version that must not serve; the message names the file, what was found and what was expected."""


def open_session(folder: Path, manifest: Manifest, provider: str) -> Any:  # noqa: ANN401  # onnxruntime ships no types
    """The session of the model file in `folder`, verified and opened through one descriptor. Raises ModelError."""
    available = onnxruntime.get_available_providers()
    if provider not in available:
        raise ModelError(
            f"execution provider {provider!r}: onnxruntime {onnxruntime.__version__} has {', '.join(available)}; "
            "take one of these, or install a build that has it"
        )
    path = folder / MODEL_FILE
    with open_verified(path, manifest.files[MODEL_FILE]) as file:
        session = _open(file, path, provider)
    _check_signature(session, manifest, path)
    with suppress(OSError, AttributeError):  # another C library
        # Parsing has freed twice the file's size, and glibc would keep it for as long as the process.
        ctypes.CDLL(None).malloc_trim(0)
    return session


@contextmanager
def open_verified(path: Path, expected: FileFacts) -> Iterator[IO[bytes]]:
    """The file, proved to be the manifest's by its size and sha256, and at its beginning. Raises ModelError."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            if (file.tell(), found) != (expected.size, expected.sha256):
                raise ModelError(
                    f"{path}: found {file.tell()} bytes with sha256 {found}; the manifest says {expected.size} bytes "
                    f"with {expected.sha256}"
                )
            file.seek(0)
            yield file
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from None


def find_reason(error: Exception) -> str:
    """The part of onnxruntime's message that helps: without its status, source line and C++ signature."""
    return " ".join(_SOURCE.sub("", _STATUS.sub("", str(error))).split())


def _open(file: IO[bytes], path: Path, provider: str) -> Any:  # noqa: ANN401  # onnxruntime ships no types
    """Open the very file that was verified, even if another one has its name by now.

    A path makes onnxruntime parse from the file; given bytes, it holds them and a copy until it is done.
    """
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    # One thread an inference: several at once use the cores better than one spread over them, and spinning
    # threads would take them from the decoders.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Its errors are raised as well: on stderr they would only stand above the message that says more.
    options.log_severity_level = _FATAL
    place = f"/dev/fd/{file.fileno()}"
    try:
        session = onnxruntime.InferenceSession(place, options, providers=[provider])
    except Exception as error:  # noqa: BLE001  # onnxruntime raises types of its own that it does not export
        reason = find_reason(error).removeprefix(f"Load model from {place} failed:").replace(place, str(path))
        raise ModelError(f"{path}: onnxruntime cannot open it: {reason}") from None
    if provider not in session.get_providers():
        raise ModelError(f"{path}: onnxruntime cannot start {provider} on this machine")
    return session


def _check_signature(session: Any, manifest: Manifest, path: Path) -> None:  # noqa: ANN401  # onnxruntime ships no types
    inputs = {node.name: node for node in session.get_inputs()}
    outputs = {node.name: node for node in session.get_outputs()}
    spec = manifest.input
    if set(inputs) != {spec.name}:
        raise ModelError(f"{path}: its inputs are {sorted(inputs)}; the manifest says ['{spec.name}']")
    given = inputs[spec.name]
    if given.type != _DTYPES[spec.dtype]:
        raise ModelError(f"{path}: input {spec.name} is {given.type}; the manifest says {spec.dtype}")
    _check_shape(given, spec.row_shape, path)
    batch = given.shape[0] if given.shape else None
    if isinstance(batch, int) and batch != 1:
        raise ModelError(
            f"{path}: {given.name}: takes batches of {batch} only; export it with a free first dimension, or with 1"
        )
    for output in manifest.outputs:
        if output.name not in outputs:
            raise ModelError(f"{path}: its outputs are {sorted(outputs)}; the manifest says '{output.name}'")
        made = outputs[output.name]
        if made.type != "tensor(float)":
            fit = sorted(name for name, node in outputs.items() if node.type == "tensor(float)")
            advice = f", and this model has {', '.join(fit)}" if fit else _EXPORT
            raise ModelError(f"{path}: output {made.name} is {made.type}; served are outputs of tensor(float){advice}")
        _check_shape(made, (output.classes,), path)


def _check_shape(node: Any, row: tuple[int, ...], path: Path) -> None:  # noqa: ANN401  # onnxruntime ships no types
    """Compare the dimensions behind the batch: a name or an unknown fits any number.

    An unknown rank is no dimensions at all: the first run shows it.
    """
    shape = ["?" if part is None else part for part in node.shape]
    fits = len(shape) == 1 + len(row) and all(isinstance(n, str) or n == m for n, m in zip(shape[1:], row, strict=True))
    if shape and not fits:
        # Symbolic dimensions may be formulas of hundreds of characters.
        found = ", ".join(str(part) if len(str(part)) <= 24 else "..." for part in shape)
        expected = ", ".join(map(str, ("batch", *row)))
        raise ModelError(f"{path}: {node.name} has shape [{found}]; the manifest says [{expected}]")
