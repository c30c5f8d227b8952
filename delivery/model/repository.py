"""A model repository: immutable versions under `<name>/<version>/`, and the pointer `<name>/latest.json`."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from delivery.failure import ConflictError, IntegrityError, NotFoundError

from . import manifest as manifests
from .limits import MAX_MANIFEST_BYTES, MAX_POINTER_BYTES, fault_of_sizes
from .manifest import MANIFEST_FILE, Manifest, ManifestError, ModelName, ModelVersion
from .pointer import Life, Pointer, after_rollback, after_switch, before
from .store import Seen, Store

POINTER_FILE = "latest.json"
_SWITCH_ATTEMPTS = 50
_NAME: TypeAdapter[str] = TypeAdapter(ModelName)
_VERSION: TypeAdapter[str] = TypeAdapter(ModelVersion)


@dataclass(frozen=True)
class Entry:
    """One claimed number: its manifest, or why it has none that can be read."""

    version: ModelVersion
    manifest: Manifest | None
    fault: str = ""


class Repository:
    """Reading a repository and moving its pointers. Publishing is in `publishing`, downloading in `pulling`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def names(self) -> list[str]:
        """The models that the repository holds."""
        return sorted(name for name in self.store.folders() if _fits(_NAME, name))

    def numbers(self, name: str) -> list[int]:
        """The version numbers ever claimed, ascending: finished or not."""
        return sorted(int(version) for version in self.store.folders(name) if _fits(_VERSION, version))

    def find_manifest(self, name: str, version: str) -> Manifest | None:
        """The manifest of a version; None where publishing has not finished or never began."""
        path = f"{name}/{version}/{MANIFEST_FILE}"
        seen = self.store.read(path, MAX_MANIFEST_BYTES)
        if seen is None:
            return None
        place = f"{self.store.location}/{path}"
        try:
            manifest = manifests.parse(Manifest, seen.data, place)
        except ManifestError as error:
            raise IntegrityError(str(error)) from None
        if (manifest.name, manifest.version) != (name, version):
            raise IntegrityError(f"{place}: speaks of {manifest.name} {manifest.version}")
        if fault := fault_of_sizes(manifest.files):
            raise IntegrityError(f"{place}: {fault}")
        return manifest

    def manifest(self, name: str, version: str) -> Manifest:
        """The manifest of a finished version, or NotFoundError."""
        if manifest := self.find_manifest(name, version):
            return manifest
        state = "was begun and never finished" if int(version) in self.numbers(name) else "does not exist"
        raise NotFoundError(f"{self.store.location}: {name} version {version} {state}")

    def entry(self, name: str, version: str) -> Entry:
        """A claimed number as a listing shows it: one bad version must not hide the others."""
        try:
            manifest = self.find_manifest(name, version)
        except IntegrityError as error:
            return Entry(version, None, str(error))
        return Entry(version, manifest, "" if manifest else "not finished: being published, or broken off")

    def find_pointer(self, name: str) -> Pointer | None:
        """Return the pointer to the live version, None where no version ever was live."""
        return self._see_pointer(name)[0]

    def pointer(self, name: str) -> Pointer:
        """Return the pointer to the live version. Raises NotFoundError where none is live."""
        if pointer := self.find_pointer(name):
            return pointer
        raise NotFoundError(f"{self.store.location}: no version of {name} is live")

    def verify(self, manifest: Manifest) -> None:
        """Read every byte of a version back, or raise what is wrong with it."""
        for file, facts in manifest.files.items():
            path = f"{manifest.name}/{manifest.version}/{file}"
            digest, size = hashlib.sha256(), 0
            for chunk in self.store.chunks(path):
                digest.update(chunk)
                size += len(chunk)
                if size > facts.size:
                    break
            if (size, digest.hexdigest()) != (facts.size, facts.sha256):
                raise IntegrityError(
                    f"{self.store.location}/{path}: does not match its manifest; read {size} bytes with sha256 "
                    f"{digest.hexdigest()}, declared are {facts.size} with {facts.sha256}",
                )

    def promote(self, name: str, version: str) -> Pointer:
        """Make a version live in place of any other, older or newer."""
        manifest = self.manifest(name, version)
        self.verify(manifest)
        return self._switch(manifest, "promote", lambda live: live == int(version))

    def promote_published(self, manifest: Manifest) -> Pointer:
        """Make a version just published live, unless a newer one became so meanwhile."""
        self.verify(manifest)
        return self._switch(manifest, "publish", lambda live: live >= int(manifest.version))

    def rollback(self, name: str, live: str | None = None) -> Pointer:
        """Make the version before the live one live again, once it is proved whole.

        Raises NotFoundError, IntegrityError, or ConflictError where `live` is given and another version is live.
        A lost race is a ConflictError and never retried: the other process may have rolled back already.
        """
        pointer, seen = self._see_pointer(name)
        if pointer is None or seen is None:
            raise NotFoundError(f"{self.store.location}: no version of {name} is live")
        if live not in (None, pointer.live.version):
            raise ConflictError(f"{name}: version {pointer.live.version} is live, not {live}; nothing was changed")
        target = before(pointer)
        manifest = self.manifest(name, target.version)
        self._check_same_model(manifest, target)
        self.verify(manifest)
        following = after_rollback(pointer, _now())
        if not self._write_pointer(following, seen):
            raise ConflictError(f"{name}: another process switched the live version meanwhile; nothing was changed")
        return following

    def live_manifest(self, name: str) -> Manifest:
        """The manifest of the live version, which must be the one that went live."""
        live = self.pointer(name).live
        manifest = self.manifest(name, live.version)
        self._check_same_model(manifest, live)
        return manifest

    def _switch(self, manifest: Manifest, by: str, enough: Callable[[int], bool]) -> Pointer:
        for _ in range(_SWITCH_ATTEMPTS):
            pointer, seen = self._see_pointer(manifest.name)
            if pointer is not None and enough(int(pointer.live.version)):
                return pointer
            life = Life.model_validate(
                {"version": manifest.version, "sha256": manifest.sha256, "since": _now(), "by": by},
            )
            following = after_switch(pointer, manifest.name, life)
            if self._write_pointer(following, seen):
                return following
        raise ConflictError(
            f"{manifest.name}: other processes switched the live version {_SWITCH_ATTEMPTS} times in a row",
        )

    def _write_pointer(self, pointer: Pointer, seen: Seen | None) -> bool:
        path, data = f"{pointer.name}/{POINTER_FILE}", pointer.to_json()
        if self.store.create(path, data) if seen is None else self.store.replace(path, data, seen):
            return True
        # A write whose answer was lost is sent again, and then refused because of itself.
        now = self.store.read(path, MAX_POINTER_BYTES)
        return now is not None and now.data == data

    def _see_pointer(self, name: str) -> tuple[Pointer | None, Seen | None]:
        path = f"{name}/{POINTER_FILE}"
        seen = self.store.read(path, MAX_POINTER_BYTES)
        if seen is None:
            return None, None
        place = f"{self.store.location}/{path}"
        try:
            pointer = manifests.parse(Pointer, seen.data, place)
        except ManifestError as error:
            raise IntegrityError(str(error)) from None
        if pointer.name != name:
            raise IntegrityError(f"{place}: speaks of {pointer.name}")
        return pointer, seen

    def _check_same_model(self, manifest: Manifest, life: Life) -> None:
        if manifest.sha256 != life.sha256:
            raise IntegrityError(
                f"{self.store.location}: {manifest.name} version {manifest.version} is not what went live: its model "
                f"has sha256 {manifest.sha256}, the pointer says {life.sha256}",
            )


def _fits(kind: TypeAdapter[str], text: str) -> bool:
    try:
        kind.validate_python(text)
    except ValidationError:
        return False
    return True


def _now() -> datetime:
    return datetime.now(UTC)
