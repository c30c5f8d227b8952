"""Model version in a build's context, beside the app's code: checked in the folder that it is packed from."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from delivery.failure import FailureError, IntegrityError
from delivery.model import manifest as manifests
from delivery.model.cache import matches
from delivery.model.manifest import MANIFEST_FILE, FileFacts, Manifest, ManifestError

_PULL = "slipway model pull"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One build at a time packs from `folder`: two would mix their models."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def stage_model(source: Path, folder: Path) -> Manifest:
    """Make `folder` a copy of the model version in `source`, proved against its manifest."""
    manifest = _manifest(source)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        shutil.copyfile(source / MANIFEST_FILE, folder / MANIFEST_FILE)
        for name, facts in manifest.files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            _stage(source, name, folder, facts)
    except OSError as error:
        shutil.rmtree(folder)
        raise FailureError(f"{error.filename}: cannot be copied: {error.strerror}\n{_again(source)}") from None
    except IntegrityError:
        shutil.rmtree(folder)
        raise
    return manifest


def _manifest(source: Path) -> Manifest:
    try:
        return manifests.read(source)
    except ManifestError as error:
        if not (source / MANIFEST_FILE).exists():
            raise FailureError(f"{error}\npull a model version first: {_PULL} --to {source}") from None
        # Written by a Slipway that is newer than this checkout, or damaged: either way not to be guessed at.
        raise FailureError(
            f"{error}\nupdate this checkout if the version was published by a newer one, or: {_again(source)}"
        ) from None


def _stage(source: Path, name: str, folder: Path, facts: FileFacts) -> None:
    """Copy a file unless its size already says that it is another one: an endless one must not fill the disk."""
    file, copy = source / name, folder / name
    size = file.stat().st_size
    if size == facts.size:
        shutil.copyfile(file, copy)
        if matches(copy, facts):
            return
        found = f"{size} bytes with another sha256"
    else:
        found = f"{size} bytes"
    raise IntegrityError(
        f"{file}: is not the file of its manifest: found {found}, declared are {facts.size} bytes with sha256 "
        f"{facts.sha256}; nothing was built\n{_again(source)}"
    )


def _again(source: Path) -> str:
    return f"pull the version again: {_PULL} --to {source}"
