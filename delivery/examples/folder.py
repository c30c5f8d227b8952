"""Examples as they are kept: a folder of files, one for each example, and beside them what they send."""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from delivery.failure import FailureError
from delivery.model.manifest import ManifestError
from delivery.model.manifest import parse as parse_json

from . import faults, text
from .call import Call, make_call
from .example import FILE_NAME, FOLDER, Bundle, Example

SUFFIXES = (".yaml", ".yml", ".json")
MAX_FILES = 100
MAX_BYTES = 32 << 20
BUNDLE_FILE = "examples.json"
_NAME = re.compile(FILE_NAME)
_PAGE = "docs/how-to/publish-your-own-model.md describes every field"


@dataclass(frozen=True)
class Examples:
    """The examples of a folder by their names, and the bytes of every file."""

    files: Mapping[str, bytes]
    examples: Mapping[str, Example]

    def calls(self) -> list[tuple[Call, int]]:
        """The call of each example, and the status that is right for it."""
        return [(make_call(one.request, self.files), one.expect.status) for one in self.examples.values()]

    def write(self, folder: Path) -> None:
        """Write every file into a folder that is there."""
        for name, data in self.files.items():
            (folder / name).write_bytes(data)

    def to_bundle(self) -> bytes:
        """All of it as one document."""
        files = {name: base64.b64encode(data).decode() for name, data in sorted(self.files.items())}
        return (Bundle(files=files).model_dump_json(indent=1) + "\n").encode()


def read_folder(folder: Path) -> Examples:
    """The examples of a folder. Raises FailureError with every fault of every file."""
    files: dict[str, bytes] = {}
    try:
        for path in sorted(folder.iterdir()):
            files[path.name] = _read(path)
            if sum(map(len, files.values())) > MAX_BYTES:
                break  # more than is allowed already; the rest need not be read
    except OSError as error:
        raise FailureError(f"{error.filename}: cannot be read: {error.strerror}") from None
    return parse(files, str(folder))


def of_version(folder: Path, own: Path | None) -> Examples:
    """The examples of the model version in a folder, and where it has none, the app's own in `own`.

    Raises FailureError where there are none.
    """
    if own is None or (folder / FOLDER).exists():
        return read_folder(folder / FOLDER)
    return read_folder(own)


def parse_bundle(data: bytes, place: str) -> Examples:
    """The examples of one document, as `to_bundle` makes it. Raises FailureError."""
    try:
        bundle = parse_json(Bundle, data, place)
        return parse({name: base64.b64decode(text, validate=True) for name, text in bundle.files.items()}, place)
    except (ManifestError, ValueError) as error:
        raise FailureError(f"{place}: is no bundle of examples: {error}") from None


def parse(files: Mapping[str, bytes], place: str) -> Examples:
    """The examples among these files. Raises FailureError with every fault of every file."""
    wrong = list(_bounds(files))
    examples: dict[str, Example] = {}
    used: set[str] = set()
    broken = False
    for file in sorted(name for name in files if name.endswith(SUFFIXES)):
        name = file.rpartition(".")[0]
        try:
            example = Example.model_validate_json(text.parse(files[file]))
            found = [*faults.of_operators(example), *_missing(example, files)]
            used |= faults.files_of(example)
        except text.TextError as error:
            example, found, broken = None, [str(error)], True
        except ValidationError as error:
            example, found, broken = None, list(faults.of_shape(error)), True
        if name in examples:
            found.append(f"an example of the name {name} is in another file already")
        wrong += [f"{file}: {fault}" for fault in found]
        if example:
            examples[name] = example
    if not broken:
        wrong += [
            f"{file}: no example sends it; remove it, or name it in a file that ends with {' or '.join(SUFFIXES)}"
            for file in sorted(set(files) - used)
            if not file.endswith(SUFFIXES)
        ]
        if not examples:
            wrong.append(f"found no example, allowed are 1 and more, each in a file that ends with {SUFFIXES[0]}")
    if wrong:
        raise FailureError("\n".join([*(f"{place}/{each}" for each in wrong), _PAGE]))
    return Examples(dict(files), examples)


def _read(path: Path) -> bytes:
    """The bytes of a file, or as many as show that there are too many."""
    if not path.is_file():
        raise FailureError(f"{path}: found no plain file, allowed are files alone, without folders between them")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _bounds(files: Mapping[str, bytes]) -> Iterator[str]:
    if len(files) > MAX_FILES:
        yield f"found {len(files)} files, allowed are at most {MAX_FILES}"
    if (total := sum(map(len, files.values()))) > MAX_BYTES:
        yield f"found {total:,} bytes and more, allowed are at most {MAX_BYTES:,} in all files"
    for name, data in files.items():
        if not _NAME.fullmatch(name):
            yield f"{name}: allowed in a name are up to 100 letters, digits, '.', '_' and '-', first a letter or digit"
        if not data:
            yield f"{name}: found no bytes, allowed are 1 and more"


def _missing(example: Example, files: Mapping[str, bytes]) -> Iterator[str]:
    for name in sorted(faults.files_of(example) - set(files)):
        yield f"request: sends {name}, which is not beside it; there are: {', '.join(sorted(files))}"
