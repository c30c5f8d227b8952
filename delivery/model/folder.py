"""A publishable folder: the model's files, an author's description without a version, and often `examples/`.

It is copied aside, checked there by the app's own command, and published from the copy: what was checked is what goes
out, even if the folder changes meanwhile.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from delivery.app import App
from delivery.examples.example import FOLDER as EXAMPLES
from delivery.examples.folder import Examples, read_folder
from delivery.failure import FailureError, NotFoundError, UsageError

from .candidate import DESCRIPTION_FILES, Candidate
from .description import find_description, parse_description, read_text
from .limits import MAX_FILE_BYTES
from .manifest import MANIFEST_FILE, FileFacts

T = TypeVar("T")


@contextmanager
def checked(folder: Path, app: App) -> Iterator[Candidate]:
    """The candidate that `folder` holds for `app`. Raises FailureError with the faults of all of its files."""
    names = _names(app)
    if not folder.is_dir():
        raise NotFoundError(f"{folder}: no such folder; {_publishable(names)}")
    faults: list[FailureError] = []
    with TemporaryDirectory(prefix="slipway-publish-") as temporary:
        copy = Path(temporary)
        place = _gather(faults, partial(find_description, folder))
        text = _gather(faults, partial(read_text, place)) if place else None
        files = [name for name in names if _gather(faults, partial(_copy, folder / name, copy, names))]
        examples = None
        if (folder / EXAMPLES).exists():
            examples = _gather(faults, partial(_copy_examples, folder / EXAMPLES, copy / EXAMPLES))
        description = _gather(faults, partial(parse_description, text, place)) if text is not None and place else None
        files += [f"{EXAMPLES}/{name}" for name in sorted(examples.files)] if examples else []
        if text is not None and place and set(names) <= set(files):
            _write_manifest(copy, text, files, names[0])
            _gather(faults, partial(_check_model, app, copy, folder, place))
        _refuse(faults)
        assert description is not None
        (copy / MANIFEST_FILE).unlink()
        candidate = Candidate(copy, description, _facts(copy, files), names[0], examples)
        manifest = candidate.manifest("1", datetime.now(UTC))
        (copy / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
        yield candidate


def _names(app: App) -> tuple[str, ...]:
    """The files that a version of the app's model has, the one that names it first."""
    if app.contract.model is None:
        raise UsageError(f"{app.file}: has no model, so none can be published for {app.contract.name}")
    return (app.contract.model.file, *app.contract.model.files)


def _publishable(names: tuple[str, ...]) -> str:
    return f"a publishable folder has {', '.join(names)} and {' or '.join(DESCRIPTION_FILES)}"


def _gather(faults: list[FailureError], step: Callable[[], T]) -> T | None:
    """The result of the step; its failure joins the others."""
    try:
        return step()
    except FailureError as error:
        faults.append(error)
        return None


def _refuse(faults: list[FailureError]) -> None:
    """Raise all of them as one, each sentence once: both the platform and the app read the description."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        missing = all(isinstance(fault, NotFoundError) for fault in faults)
        lines = dict.fromkeys(line for fault in faults for line in str(fault).splitlines())
        raise (NotFoundError if missing else FailureError)("\n".join(lines))


def _copy(source: Path, folder: Path, names: tuple[str, ...]) -> Path:
    try:
        shutil.copyfile(source, folder / source.name)
    except FileNotFoundError:
        raise NotFoundError(f"{source}: no such file; {_publishable(names)}") from None
    except OSError as error:
        raise FailureError(f"{source}: cannot be copied to {folder}: {error.strerror or error}") from None
    size = (folder / source.name).stat().st_size
    if not 0 < size <= MAX_FILE_BYTES:
        raise FailureError(f"{source}: has {size} bytes, allowed are 1 to {MAX_FILE_BYTES}")
    return folder / source.name


def _copy_examples(source: Path, folder: Path) -> Examples:
    """The examples, written as they were read."""
    examples = read_folder(source)
    folder.mkdir()
    for name, data in examples.files.items():
        (folder / name).write_bytes(data)
    return examples


def _facts(folder: Path, files: list[str]) -> dict[str, FileFacts]:
    return {name: _fact(folder / name) for name in files}


def _fact(path: Path) -> FileFacts:
    with path.open("rb") as file:
        return FileFacts(sha256=hashlib.file_digest(file, "sha256").hexdigest(), size=path.stat().st_size)


def _write_manifest(copy: Path, text: str, files: list[str], main: str) -> None:
    """The manifest for the app's check. Its description may have faults, which the check is then to name."""
    given = json.loads(text)
    facts = {name: fact.model_dump() for name, fact in _facts(copy, files).items()}
    # A stand-in for version and time: no check depends on them.
    known = {"format": "slipway.model/1", "main": main, "version": "1", "created": datetime.now(UTC).isoformat()}
    whole = {**(given if isinstance(given, dict) else {}), **known, "files": facts}
    (copy / MANIFEST_FILE).write_text(json.dumps(whole, indent=2), encoding="utf-8")


def _check_model(app: App, copy: Path, folder: Path, description: Path) -> None:
    """Run the app's own check. Raises FailureError in the words of the author's files."""
    line = app.contract.checks.model
    if line is None:
        return
    try:
        app.run(line, {"model": str(copy), "examples": str(copy / EXAMPLES)})
    except FailureError as error:
        said = str(error).replace(str(copy / MANIFEST_FILE), str(description)).replace(str(copy), str(folder))
        raise FailureError(said.replace(MANIFEST_FILE, description.name)) from None
