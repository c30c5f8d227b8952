"""Store of releases: a folder, Azure Blob or S3, by the same library and the same rules as models.

    _releases/<id>/release.json, sbom.cdx.json, provenance.json, examples.json
    _deployments/<environment>/<number>/begun.json, ended.json

Everything is created once and never replaced. The names start with `_`, which no model's does, so that a container may
hold both.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from delivery.examples.folder import Examples, parse_bundle
from delivery.failure import ConflictError, IntegrityError, NotFoundError
from delivery.image.oci import digest_of
from delivery.model.manifest import ManifestError, parse
from delivery.model.store import Store

from .deployment import Begun, Deployment, Ended
from .record import RELEASE_FILE, Release, ReleaseId

_RELEASES = "_releases"
_DEPLOYMENTS = "_deployments"
_MAX_RECORD = 1 << 20
_MAX_DOCUMENT = 64 << 20
_CLAIMS = 100

T = TypeVar("T", bound=BaseModel)
_ID = TypeAdapter[str](ReleaseId)


class History:
    """The attempts in an environment, oldest first. Each is read when it is asked for, so the newest cost little."""

    def __init__(self, numbers: Sequence[int], read: Callable[[int], Deployment | None]) -> None:
        self._numbers = numbers
        self._read = read

    def __iter__(self) -> Iterator[Deployment]:
        return self._walk(self._numbers)

    def __reversed__(self) -> Iterator[Deployment]:
        return self._walk(reversed(self._numbers))

    def _walk(self, numbers: Iterable[int]) -> Iterator[Deployment]:
        return (found for number in numbers if (found := self._read(number)))


class ReleaseStore:
    """The releases of one place. Every failure is a FailureError that names it."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def ids(self) -> list[str]:
        """Every release's id, oldest first."""
        return sorted(self.store.folders(_RELEASES))

    def find(self, release_id: str) -> Release | None:
        """A release by its id; None where it does not exist or its recording was broken off."""
        return self._read(Release, f"{_RELEASES}/{release_id}/{RELEASE_FILE}")

    def newest(self) -> Release | None:
        """The release that was recorded last, None where none was."""
        return next((release for name in reversed(self.ids()) if (release := self.find(name))), None)

    def get(self, name: str) -> Release:
        """The release that `name` means: an id, `latest`, or the beginning of a digest, of a commit or of an id.

        Raises NotFoundError where there is none, ConflictError where there are several.
        """
        if name == "latest" and (newest := self.newest()):
            return newest
        if _is_id(name) and (release := self.find(name)):
            return release
        found = [release for one in self.ids() if (release := self.find(one)) and _means(name, release)]
        if not found:
            raise NotFoundError(f"{self.store.location}: no release {name}; slipway release list shows all")
        if len({release.image.digest for release in found}) > 1:
            names = ", ".join(release.id for release in found)
            raise ConflictError(f"{self.store.location}: {name} may be any of {names}; name one")
        return found[-1]

    def add(self, release: Release, documents: dict[str, bytes]) -> None:
        """Keep a release; `release.json` is written last, so that what can be read is whole."""
        folder = f"{_RELEASES}/{release.id}"
        for document in release.documents:
            if digest_of(documents[document.file]) != document.digest:
                raise IntegrityError(f"{document.file}: is not the document of release {release.id}; nothing was kept")
            self._create(f"{folder}/{document.file}", documents[document.file], _MAX_DOCUMENT)
        self._create(f"{folder}/{RELEASE_FILE}", release.to_json(), _MAX_RECORD)

    def examples(self, digest: str) -> Examples | None:
        """The examples of the release of an image; None where no release of it is kept here.

        Raises IntegrityError where they are not those that the release declares.
        """
        release = next((one for name in reversed(self.ids()) if (one := self._of_image(name, digest))), None)
        if release is None:
            return None
        path = f"{_RELEASES}/{release.id}/{release.examples.file}"
        seen = self.store.read(path, _MAX_DOCUMENT)
        if seen is None or digest_of(seen.data) != release.examples.digest:
            found = "is gone" if seen is None else "is not the document that release.json declares"
            raise IntegrityError(f"{self.store.location}/{path}: {found}: {release.examples.digest}")
        return parse_bundle(seen.data, f"{self.store.location}/{path}")

    def begin(self, begun: Begun) -> Begun:
        """Write down that an attempt begins, under the next free number; as written."""
        number = max((int(one) for one in self._numbers(begun.environment)), default=0)
        for _ in range(_CLAIMS):
            number += 1
            numbered = begun.model_copy(update={"number": number})
            if self.store.create(self._attempt(numbered, "begun.json"), _bytes(numbered)):
                return numbered
        raise ConflictError(f"{self.store.location}: others began {_CLAIMS} deployments to {begun.environment} at once")

    def end(self, begun: Begun, ended: Ended) -> None:
        """Write down how an attempt ended. What is written stands."""
        self._create(self._attempt(begun, "ended.json"), _bytes(ended), _MAX_RECORD)

    def history(self, environment: str) -> History:
        """Return every attempt in an environment, in order."""
        return History(
            sorted(map(int, self._numbers(environment))), lambda number: self._read_attempt(environment, number)
        )

    def environments(self) -> list[str]:
        """Return the environments in which a deployment was ever begun, sorted."""
        return sorted(self.store.folders(_DEPLOYMENTS))

    def _of_image(self, name: str, digest: str) -> Release | None:
        """The release of that id, where its image is this one: the id ends with the digest's first characters."""
        if not name.endswith(digest.removeprefix("sha256:")[:12]):
            return None
        release = self.find(name)
        return release if release and release.image.digest == digest else None

    def _numbers(self, environment: str) -> list[str]:
        return [name for name in self.store.folders(f"{_DEPLOYMENTS}/{environment}") if name.isdigit()]

    def _read_attempt(self, environment: str, number: int) -> Deployment | None:
        folder = f"{_DEPLOYMENTS}/{environment}/{number}"
        begun = self._read(Begun, f"{folder}/begun.json")
        return Deployment(begun, self._read(Ended, f"{folder}/ended.json")) if begun else None

    def _attempt(self, begun: Begun, file: str) -> str:
        return f"{_DEPLOYMENTS}/{begun.environment}/{begun.number}/{file}"

    def _create(self, path: str, data: bytes, limit: int) -> None:
        if self.store.create(path, data):
            return
        seen = self.store.read(path, limit)  # a write whose answer was lost is sent again, and refused by itself
        if seen is None or seen.data != data:
            raise ConflictError(f"{self.store.location}/{path}: is there already, with another content; it stays")

    def _read(self, kind: type[T], path: str) -> T | None:
        seen = self.store.read(path, _MAX_RECORD)
        if seen is None:
            return None
        try:
            return parse(kind, seen.data, f"{self.store.location}/{path}")
        except ManifestError as error:
            raise IntegrityError(str(error)) from None


def _is_id(name: str) -> bool:
    try:
        _ID.validate_python(name)
    except ValidationError:
        return False
    return True


def _means(name: str, release: Release) -> bool:
    digest = release.image.digest
    names = (release.id, digest, digest.removeprefix("sha256:"), release.commit)
    return name == release.build_id or any(one.startswith(name) for one in names)


def _bytes(record: BaseModel) -> bytes:
    return (record.model_dump_json(indent=2) + "\n").encode()
