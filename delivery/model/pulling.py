"""Pulling: a version into a folder that is either as it was or wholly the new version, never in between."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from delivery.examples.example import FOLDER as EXAMPLES
from delivery.failure import FailureError

from . import manifest as manifests
from .cache import Cache, Progress, matches
from .manifest import MANIFEST_FILE, Manifest, ManifestError
from .repository import Repository


@dataclass(frozen=True)
class Pulled:
    """Result of a pull: the bytes that were downloaded, and whether the folder had to change."""

    manifest: Manifest
    folder: Path
    downloaded: int
    changed: bool


def pull(repository: Repository, manifest: Manifest, folder: Path, cache: Cache, progress: Progress) -> Pulled:
    """Make `folder` the version of `manifest`, proved against it."""
    folder = folder.resolve()
    with _place_beside(folder) as aside:
        _check_replaceable(folder, manifest)
        if _is(folder, manifest):
            return Pulled(manifest, folder, downloaded=0, changed=False)
        downloaded = 0
        for file, facts in manifest.files.items():
            path = f"{manifest.name}/{manifest.version}/{file}"
            downloaded += cache.fetch(repository.store, path, facts, progress)
        _replace(folder, aside, manifest, cache)
    return Pulled(manifest, folder, downloaded, changed=True)


@contextmanager
def _place_beside(folder: Path) -> Iterator[Path]:
    """A place on the same file system to put the version together; one pull at a time into one parent folder."""
    aside = folder.parent / f".{folder.name}.pull"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        parent = os.open(folder.parent, os.O_RDONLY)
    except OSError as error:
        raise FailureError(f"{folder.parent}: cannot be used: {error.strerror}") from None
    try:
        fcntl.flock(parent, fcntl.LOCK_EX)
        if not folder.exists() and (aside / "old").is_dir():
            (aside / "old").rename(folder)  # an earlier pull was killed between its two renames
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        os.close(parent)


def _check_replaceable(folder: Path, manifest: Manifest) -> None:
    """Raise FailureError unless the folder is a version's: `--to .` must not cost anybody their work."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FailureError(f"{folder}: is not a folder")
    names = {path.name for path in folder.iterdir()}
    ours = {file for file in manifest.files if "/" not in file}
    if MANIFEST_FILE in names:
        # A folder called examples is nothing unusual: without a manifest beside it, it may be anyone's.
        ours |= {MANIFEST_FILE, EXAMPLES, *_declared(folder)}
    if others := sorted(names - ours):
        raise FailureError(f"{folder}: holds other files than a model version's: {', '.join(others[:5])}")


def _declared(folder: Path) -> set[str]:
    """The files of the version that the folder holds; empty where its manifest cannot be read."""
    try:
        return {file for file in manifests.read(folder).files if "/" not in file}
    except ManifestError:
        return set()


def _is(folder: Path, manifest: Manifest) -> bool:
    try:
        same = manifests.read(folder) == manifest
    except ManifestError:
        return False
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    same = same and there == {MANIFEST_FILE, *manifest.files}
    return same and all(matches(folder / file, facts) for file, facts in manifest.files.items())


def _replace(folder: Path, aside: Path, manifest: Manifest, cache: Cache) -> None:
    """Put the version together, then swap the folders by two renames: a reader sees the old, the new, or none."""
    new, old = aside / "new", aside / "old"
    try:
        shutil.rmtree(aside, ignore_errors=True)
        new.mkdir(parents=True)
        for file, facts in manifest.files.items():
            (new / file).parent.mkdir(exist_ok=True)
            cache.place(facts, new / file)
        (new / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except OSError as error:
        raise FailureError(f"{folder}: cannot be replaced: {error.strerror}") from None
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
