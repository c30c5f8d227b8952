"""Writing `release.json`, with the bill of materials and the provenance beside it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from delivery.examples.folder import BUNDLE_FILE
from delivery.failure import FailureError, IntegrityError, NotFoundError
from delivery.image.oci import digest_of
from delivery.image.records import BuildRecord, Document, PushRecord, Records, TestRecord
from delivery.model.manifest import ManifestError, parse

from .record import LOCAL_BUILD, RELEASE_FILE, Image, Previous, Release, release_id
from .store import ReleaseStore

T = TypeVar("T")


@dataclass(frozen=True)
class Recorded:
    """Result of recording. `created` is False where the folder or the store held this very release already."""

    release: Release
    folder: Path
    created: bool


def record(image: str, records: Records, folder: Path, store: ReleaseStore | None = None) -> Recorded:
    """Record the pushed image with the id `image` in `folder` and, where given, in `store`. Raises FailureError."""
    pushed = _required(records.find(PushRecord, image), image, "push")
    built = _required(records.find(BuildRecord, image), image, "build")
    tested = _required(records.find(TestRecord, image), image, "test")
    documents = {one.file: (records.folder(image) / one.file).read_bytes() for one in pushed.documents}
    for one in pushed.documents:
        if digest_of(documents[one.file]) != one.digest:
            raise IntegrityError(f"{records.folder(image) / one.file}: was changed since the push; push again")
    documents[BUNDLE_FILE] = _read_examples(records.folder(image) / BUNDLE_FILE, tested)
    newest = store.newest() if store else None
    release = _release(pushed, built, tested, documents[BUNDLE_FILE], newest)
    for known in (newest, find(folder)):
        if known and known.same_as(release):
            _write(folder, known, documents)
            if store:
                store.add(known, documents)
            return Recorded(known, folder, created=False)
    if store:
        store.add(release, documents)
    _write(folder, release, documents)
    return Recorded(release, folder, created=True)


def read(place: Path) -> Release:
    """The release of a `release.json`, or of the folder that holds one, its documents proved where they are there."""
    file = place / RELEASE_FILE if place.is_dir() else place
    try:
        release = parse(Release, file.read_bytes(), str(file))
    except FileNotFoundError:
        raise NotFoundError(f"{file}: no such file; slipway release record writes one") from None
    except OSError as error:
        raise FailureError(f"{file}: cannot be read: {error.strerror}") from None
    except ManifestError as error:
        raise IntegrityError(str(error)) from None
    for document in release.documents:
        beside = file.parent / document.file
        if beside.exists() and digest_of(beside.read_bytes()) != document.digest:
            raise IntegrityError(f"{beside}: is not the document that {file.name} declares: {document.digest}")
    return release


def find(folder: Path) -> Release | None:
    """Return the release in a folder; None where there is none, or none that can be read. `record` then writes one."""
    try:
        return read(folder)
    except FailureError:
        return None


def _read_examples(file: Path, tested: TestRecord) -> bytes:
    """The examples that the image was tested with."""
    data = file.read_bytes() if file.is_file() else b""
    if digest_of(data) != tested.examples:
        raise IntegrityError(f"{file}: was changed since the test; test again: slipway image test")
    return data


def _release(
    pushed: PushRecord, built: BuildRecord, tested: TestRecord, examples: bytes, newest: Release | None
) -> Release:
    if not built.commit:
        raise FailureError(
            f"image {pushed.image}: nobody knows the commit of its code, and a release names one; build it in a git "
            "checkout"
        )
    created = datetime.now(UTC).replace(microsecond=0)
    registry, _, repository = pushed.repository.partition("/")
    return Release(
        id=release_id(created, pushed.digest),
        created=created,
        image=Image(registry=registry, repository=repository, digest=pushed.digest, tag=pushed.tag, size=pushed.size),
        commit=built.commit,
        source=built.source,
        model=built.model,
        build_id=built.build or LOCAL_BUILD,
        tested=tested.tested,
        checks=tuple(f"{check.name}: {check.result}" for check in tested.checks),
        sbom=pushed.sbom,
        provenance=pushed.provenance,
        examples=Document(file=BUNDLE_FILE, media_type="application/json", digest=tested.examples, size=len(examples)),
        previous=Previous(id=newest.id, digest=newest.image.digest) if newest else None,
    )


def _write(folder: Path, release: Release, documents: dict[str, bytes]) -> None:
    """The documents first: a folder with a `release.json` is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in (*documents.items(), (RELEASE_FILE, release.to_json())):
        aside = folder / f".{name}"
        aside.write_bytes(data)
        aside.replace(folder / name)


def _required(found: T | None, image: str, command: str) -> T:
    if found is None:
        raise FailureError(
            f"image {image}: there is no record of its {command} here, and only what was built, tested and pushed is "
            f"released: slipway image {command}"
        )
    return found
