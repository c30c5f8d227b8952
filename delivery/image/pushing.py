"""Pushing a tested image: what the registry lacks goes over the wire, its digest is read back, and only that counts.

Order: layers, configuration, manifest by digest, read back, bill of materials and provenance, and the tag last.
A push that breaks off leaves bytes that nothing names. Why not `docker push`:
docs/decisions/push-speaks-the-registrys-protocol.md.
"""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from delivery.console import Step
from delivery.failure import FailureError

from . import inventory, oci, provenance, sbom
from .archive import Archive, Member, saved
from .attaching import attach, find
from .blobs import Blobs
from .engine import image_id, image_labels
from .oci import Descriptor
from .records import BuildRecord, Document, PushRecord, Records, TestRecord
from .registry.client import Registry
from .registry.refusal import RegistryError
from .sbom import Subject

_ANNOTATED = tuple(f"org.opencontainers.image.{name}" for name in ("version", "revision", "created", "source"))
# How registries say that they know no documents that belong to an image.
_UNKNOWN_KIND = frozenset({400, 404, 405, 406, 415, 501})
_TAG_LENGTH = 128
_PACKERS = 2

T = TypeVar("T")


@dataclass(frozen=True)
class Pushed:
    """Result of a push: its record, bytes of blobs that had to be sent, and notes for the reader."""

    record: PushRecord
    sent: int
    notes: tuple[str, ...] = ()


class Push:
    """One image on its way into one repository."""

    def __init__(self, image: str, registry: Registry, records: Records) -> None:
        """Raises FailureError unless the very image that `image` names was built and tested here."""
        self.image = image_id(image)
        self.registry = registry
        self.records = records
        self._built = _required(records.find(BuildRecord, self.image), image, self.image, "build")
        self._tested = _required(records.find(TestRecord, self.image), image, self.image, "test")
        self._labels = image_labels(self.image)
        self._sent = 0
        self._notes: list[str] = []

    def run(self, step: Step) -> Pushed:
        """Push it. Raises RegistryError or another FailureError; then no tag names it."""
        if record := self._there_already():
            return Pushed(record, 0)
        step.status("out of the engine")
        with saved(self.image, self.records.root) as archive:
            configuration = Descriptor.of(oci.CONFIGURATION, archive.configuration)
            layers = self._layers(step, archive)
            if self.registry.blob_size(configuration.digest) is None:
                self._upload(step, configuration, archive.configuration)
        annotations = {name: self._labels[name] for name in _ANNOTATED if name in self._labels}
        manifest = oci.image_manifest(configuration, layers, annotations)
        image = Descriptor.of(oci.MANIFEST, manifest)
        if self.registry.manifest(image.digest) is None:
            self.registry.put_manifest(image.digest, manifest, oci.MANIFEST)
        self._read_back(image.digest, image.digest)
        materials, statement = self._documents(step, image)
        tag = _tag(annotations.get(_ANNOTATED[0], ""), image.digest)
        self._name(tag, manifest, image.digest)
        record = PushRecord(
            image=self.image,
            repository=str(self.registry.place),
            tag=tag,
            digest=image.digest,
            size=configuration.size + sum(layer.size for layer in layers),
            pushed=datetime.now(UTC),
            sbom=materials,
            provenance=statement,
        )
        self.records.write(record)
        return Pushed(record, self._sent, tuple(self._notes))

    def _there_already(self) -> PushRecord | None:
        """The record of an earlier push into this repository, if all of it is still there."""
        record = self.records.find(PushRecord, self.image)
        if record is None or record.repository != str(self.registry.place):
            return None
        named = {record.tag: record.digest}
        named |= {document.attached: document.attached for document in record.documents if document.attached}
        for reference, digest in named.items():
            stored = self.registry.manifest(reference)
            if stored is None or stored.digest != digest:
                return None
        return record

    def _layers(self, step: Step, archive: Archive) -> list[Descriptor]:
        """Have every layer in the registry. A layer that it is known to hold is not even packed."""
        blobs = Blobs(self.records.root)
        layers: dict[str, Descriptor] = {}
        for member in archive.layers:
            known = blobs.find(member.diff_id)
            if known and self.registry.blob_size(known.digest) == known.size:
                layers[member.diff_id] = known
        new = {member.diff_id: member for member in archive.layers if member.diff_id not in layers}
        with TemporaryDirectory(prefix="pack-", dir=self.records.root) as folder:
            files = [Path(folder) / str(number) for number in range(len(new))]
            step.status(f"packing {len(new)} layers")
            with ThreadPoolExecutor(_PACKERS) as pool:
                packed = list(pool.map(Member.packed, new.values(), files))
            for diff_id, part, file in zip(new, packed, files, strict=True):
                layers[diff_id] = Descriptor(oci.LAYER, *part)
                if self.registry.blob_size(layers[diff_id].digest) is None:
                    self._upload(step, layers[diff_id], file)
                blobs.keep(diff_id, layers[diff_id])
        return [layers[member.diff_id] for member in archive.layers]

    def _upload(self, step: Step, blob: Descriptor, content: bytes | Path) -> None:
        step.status(f"{blob.digest[:19]}… {blob.size / 1e6:.1f} MB")

        def opened() -> io.BufferedReader | io.BytesIO:
            return content.open("rb") if isinstance(content, Path) else io.BytesIO(content)

        self.registry.upload(blob.digest, blob.size, opened)
        if self.registry.blob_size(blob.digest) != blob.size:
            raise RegistryError(
                f"{self.registry.place}: took blob {blob.digest} and does not hold it; look at the registry's own log; "
                "nothing was published"
            )
        self._sent += blob.size

    def _read_back(self, reference: str, digest: str) -> None:
        """Prove that the registry gives under `reference` what was pushed, and names it as we do."""
        stored = self.registry.manifest(reference)
        place = self.registry.place
        if stored is None:
            raise RegistryError(f"{place}: took manifest {reference} and does not hold it; look at its own log")
        if stored.digest != digest or stored.claimed not in ("", digest):
            raise RegistryError(
                f"{place}: gives another image than was pushed under {reference}: bytes of {stored.digest}, called "
                f"{stored.claimed or 'nothing'}, pushed was {digest}; trust nothing of this registry, or of a proxy "
                "before it, until that is explained"
            )

    def _documents(self, step: Step, image: Descriptor) -> tuple[Document, Document]:
        """Write the bill of materials and the provenance, and attach both. A provenance that is there stands."""
        subject = Subject(self.registry.place, image.digest)
        step.status("bill of materials")
        materials = sbom.write(subject, self._built, inventory.ask(self.image, self._built.model_folder))
        earlier = find(self.registry, image, provenance.MEDIA_TYPE)
        statement = earlier.data if earlier else provenance.write(subject, self._built, self._tested, materials)
        return (
            self._document(step, image, sbom.FILE, sbom.MEDIA_TYPE, materials),
            self._document(step, image, provenance.FILE, provenance.MEDIA_TYPE, statement),
        )

    def _document(self, step: Step, image: Descriptor, file: str, media_type: str, data: bytes) -> Document:
        (self.records.folder(self.image) / file).write_bytes(data)
        attached = None
        try:
            attached = attach(self.registry, image, media_type, data)
        except RegistryError as error:
            if error.status not in _UNKNOWN_KIND:
                raise
            step.log(str(error))
            self._notes.append(
                f"{file} is kept beside release.json only: {self.registry.place.host} takes no documents that belong "
                f"to an image (it answered {error.status})"
            )
        return Document(file=file, media_type=media_type, digest=oci.digest_of(data), size=len(data), attached=attached)

    def _name(self, tag: str, manifest: bytes, digest: str) -> None:
        """Give the image its tag, for people and so that no clean-up takes it for abandoned."""
        stored = self.registry.manifest(tag)
        if stored is None or stored.digest != digest:
            self.registry.put_manifest(tag, manifest, oci.MANIFEST)
        self._read_back(tag, digest)


def _required(record: T | None, name: str, image: str, command: str) -> T:
    if record is None:
        raise FailureError(
            f"image {name} ({image}): there is no record of its {command} here, and only an image that was built and "
            f"tested is pushed: slipway image {command} {'' if command == 'build' else name}".rstrip()
        )
    return record


def _tag(version: str, digest: str) -> str:
    """The image's version where it has one that can be a tag, else its digest."""
    tag = "".join(character if character.isalnum() or character in "._-" else "-" for character in version)
    return tag[:_TAG_LENGTH] if tag.isascii() and tag[:1].isalnum() else digest.replace(":", "-")[:_TAG_LENGTH]
