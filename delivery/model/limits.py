"""The most bytes of each object of a repository. What claims more is refused before it is read."""

from collections.abc import Mapping

from delivery.examples.example import FOLDER as EXAMPLES
from delivery.examples.folder import MAX_BYTES, MAX_FILES

from .manifest import FileFacts

MAX_FILE_BYTES = 16 << 30
"""Of one file that serving reads. An app may allow less: its own check refuses more."""
MAX_MODEL_FILES = 100
MAX_MANIFEST_BYTES = 1 << 20
MAX_POINTER_BYTES = 64 << 10


def is_example(file: str) -> bool:
    """True for a file of examples/."""
    return file.startswith(f"{EXAMPLES}/")


def most_bytes(file: str) -> int:
    """The most bytes of a file of a version: a file of examples/ as much as all of them together."""
    return MAX_BYTES if is_example(file) else MAX_FILE_BYTES


def fault_of_sizes(files: Mapping[str, FileFacts]) -> str:
    """The first bound that these files break; empty where they keep all."""
    for file, facts in files.items():
        if facts.size > most_bytes(file):
            return f"files.{file}.size: found {facts.size}, at most {most_bytes(file)} are allowed"
    examples = [facts.size for file, facts in files.items() if is_example(file)]
    if len(files) - len(examples) > MAX_MODEL_FILES:
        return f"files: found {len(files) - len(examples)}, at most {MAX_MODEL_FILES} are allowed beside the examples"
    if len(examples) > MAX_FILES:
        return f"files: found {len(examples)} of examples, at most {MAX_FILES} are allowed"
    if sum(examples) > MAX_BYTES:
        return f"files: found {sum(examples)} bytes of examples, at most {MAX_BYTES} are allowed"
    return ""
