"""The most bytes of each object of a repository. What claims more is refused before it is read."""

from collections.abc import Mapping

from app.scoring.manifest import LABELS_FILE, MODEL_FILE, FileFacts
from delivery.examples.folder import MAX_BYTES, MAX_FILES

MAX_FILE_BYTES = {
    MODEL_FILE: 2 << 30,  # what protobuf, and so an ONNX file, can hold
    LABELS_FILE: 64 << 20,  # a million classes of 64 bytes
}
MAX_MANIFEST_BYTES = 1 << 20
MAX_POINTER_BYTES = 64 << 10


def most_bytes(file: str) -> int:
    """The most bytes of a file of a version: a file of examples/ as much as all of them together."""
    return MAX_FILE_BYTES.get(file, MAX_BYTES)


def fault_of_sizes(files: Mapping[str, FileFacts]) -> str:
    """The first bound that these files break; empty where they keep all."""
    for file, facts in files.items():
        if facts.size > most_bytes(file):
            return f"files.{file}.size: found {facts.size}, at most {most_bytes(file)} are allowed"
    examples = [facts.size for file, facts in files.items() if file not in MAX_FILE_BYTES]
    if len(examples) > MAX_FILES:
        return f"files: found {len(examples)} of examples, at most {MAX_FILES} are allowed"
    if sum(examples) > MAX_BYTES:
        return f"files: found {sum(examples)} bytes of examples, at most {MAX_BYTES} are allowed"
    return ""
