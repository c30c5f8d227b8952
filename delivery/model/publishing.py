"""Publishing: a number is claimed, the files are written under it, the manifest last, then the version goes live."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from delivery.failure import ConflictError, IntegrityError

from .candidate import Candidate
from .manifest import MANIFEST_FILE, Manifest
from .pointer import Pointer
from .repository import Repository

CLAIM_FILE = ".claim.json"
"""No file of a version is called so."""
_CLAIM_ATTEMPTS = 100


@dataclass(frozen=True)
class Publication:
    """Result of publishing. `created` is False where the repository held the very model already."""

    manifest: Manifest
    created: bool
    pointer: Pointer | None

    @property
    def live(self) -> bool:
        """True where the version is the live one."""
        return self.pointer is not None and self.pointer.live.version == self.manifest.version


def publish(repository: Repository, candidate: Candidate, *, promote: bool = True) -> Publication:
    """Publish the candidate as the next version and, if wanted, make it live."""
    name = candidate.description.name
    if manifest := find_published(repository, candidate):
        return Publication(manifest, created=False, pointer=repository.find_pointer(name))
    version = _claim(repository, candidate)
    manifest = candidate.manifest(version, datetime.now(UTC))
    for file in manifest.files:
        repository.store.upload(f"{name}/{version}/{file}", candidate.folder / file)
    path, data = f"{name}/{version}/{MANIFEST_FILE}", manifest.to_json().encode()
    if not repository.store.create(path, data) and repository.find_manifest(name, version) != manifest:
        raise ConflictError(f"{repository.store.location}/{path}: another process wrote it; versions never change")
    pointer = repository.promote_published(manifest) if promote else repository.find_pointer(name)
    return Publication(manifest, created=True, pointer=pointer)


def find_published(repository: Repository, candidate: Candidate) -> Manifest | None:
    """The version that is this very model, description and examples included; None where there is none."""
    name = candidate.description.name
    for number in reversed(repository.numbers(name)):
        try:
            manifest = repository.find_manifest(name, str(number))
        except IntegrityError:
            continue  # a damaged version is no reason not to publish a sound one
        if manifest is not None and candidate.same_as(manifest):
            return manifest
    return None


def _claim(repository: Repository, candidate: Candidate) -> str:
    """Create the claim of the next free number, and return the number. Raises ConflictError after too many attempts.

    Of two creators of one object only one succeeds. A number whose publisher broke off stays taken: it has no
    manifest, so no command ever reads it.
    """
    name = candidate.description.name
    claim = json.dumps({"main": candidate.files[candidate.main].sha256}).encode()
    number = max(repository.numbers(name), default=0)
    for _ in range(_CLAIM_ATTEMPTS):
        number += 1
        if repository.store.create(f"{name}/{number}/{CLAIM_FILE}", claim):
            return str(number)
    raise ConflictError(f"{repository.store.location}: other processes took {_CLAIM_ATTEMPTS} numbers in a row")
