"""A model file, opened: proved to be the manifest's bytes, and its inputs and outputs to be the manifest's."""

import ctypes
import hashlib
import re
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import onnxruntime

from .manifest import FileFacts, Manifest

_DTYPES = {"uint8": "tensor(uint8)", "float32": "tensor(float)"}
_FATAL = 4
# onnxruntime's status prefix, and the source line with its C++ signature, which the next capital letter ends.
_STATUS = re.compile(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ")
_SOURCE = re.compile(r"/onnxruntime_src/\S+:\d+ .*?\)(?: const)? (?=[A-Z])", re.DOTALL)


class ModelError(Exception):
    """A model version that must not serve; the message names the file, what was found and what was expected."""


def open_session(path: Path, manifest: Manifest, provider: str) -> Any:  # noqa: ANN401  # onnxruntime ships no types
    """The session of `path`, verified and opened through one descriptor. Raises ModelError."""
    if provider not in onnxruntime.get_available_providers():
        raise ModelError(
            f"execution provider {provider!r}: onnxruntime {onnxruntime.__version__} has "
            f"{', '.join(onnxruntime.get_available_providers())}; take one of these, or install a build that has it"
        )
    try:
        with path.open("rb") as file:
            verify(file, path, manifest.files["model.onnx"])
            session = _open(file, path, provider)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from None
    _check_signature(session, manifest, path)
    _return_freed_memory()
    return session


def verify(file: IO[bytes], path: Path, expected: FileFacts) -> None:
    """Read `file` through and compare it with its facts. Raises ModelError, OSError."""
    found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # any binary file will do
    size = file.tell()
    if (size, found) != (expected.size, expected.sha256):
        raise ModelError(
            f"{path}: found {size} bytes with sha256 {found}; the manifest says {expected.size} bytes with "
            f"{expected.sha256}"
        )


def find_reason(error: Exception) -> str:
    """The part of onnxruntime's message that helps: without its status, source line and C++ signature."""
    return " ".join(_SOURCE.sub("", _STATUS.sub("", str(error))).split())


def _shape_text(shape: list[Any]) -> str:
    """A shape in a message: symbolic dimensions may be formulas of hundreds of characters."""
    parts = ["?" if part is None else str(part) for part in shape]
    return f"[{', '.join(part if len(part) <= 24 else '...' for part in parts)}]"


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
    file.seek(0)
    place = f"/dev/fd/{file.fileno()}"
    try:
        session = onnxruntime.InferenceSession(place, options, providers=[provider])
    except Exception as error:  # noqa: BLE001  # onnxruntime raises types of its own that it does not export
        reason = find_reason(error).removeprefix(f"Load model from {place} failed:").replace(place, str(path))
        raise ModelError(f"{path}: onnxruntime cannot open it: {reason}") from None
    if provider not in session.get_providers():
        raise ModelError(f"{path}: onnxruntime cannot start {provider} on this machine")
    return session


def _return_freed_memory() -> None:
    """Hand back what parsing has freed: glibc would keep it, twice the file's size, for as long as the process."""
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


def _check_signature(session: Any, manifest: Manifest, path: Path) -> None:  # noqa: ANN401  # onnxruntime ships no types
    """A dimension is a name or an unknown, and then any number fits, or a number, and then that one."""
    inputs = {node.name: node for node in session.get_inputs()}
    outputs = {node.name: node for node in session.get_outputs()}
    spec = manifest.input
    if set(inputs) != {spec.name}:
        raise ModelError(f"{path}: its inputs are {sorted(inputs)}; the manifest says ['{spec.name}']")
    given = inputs[spec.name]
    if given.type != _DTYPES[spec.dtype]:
        raise ModelError(f"{path}: input {spec.name} is {given.type}; the manifest says {spec.dtype}")
    _check_shape(given, list(spec.row_shape), path)
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
            raise ModelError(f"{path}: output {made.name} is {made.type}; served are {_served(outputs)}")
        _check_shape(made, [output.classes], path)


def _served(outputs: dict[str, Any]) -> str:
    """The advice for an output of another type."""
    fit = [name for name, node in outputs.items() if node.type == "tensor(float)"]
    if fit:
        return f"outputs of tensor(float), and this model has {', '.join(sorted(fit))}"
    return "outputs of tensor(float); export it with one (scikit-learn's exporter: options={'zipmap': False})"


def _check_shape(node: Any, row: list[int], path: Path) -> None:  # noqa: ANN401  # onnxruntime ships no types
    """An unknown rank shows itself as no dimensions at all: the first run shows it."""
    rest = node.shape[1:]
    if node.shape and (
        len(rest) != len(row) or any(isinstance(n, int) and n != m for n, m in zip(rest, row, strict=True))
    ):
        expected = _shape_text(["batch", *row])
        raise ModelError(f"{path}: {node.name} has shape {_shape_text(node.shape)}; the manifest says {expected}")
