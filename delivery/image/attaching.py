"""Documents that belong to an image, bound to it in the registry as OCI 1.1 referrers.

A registry without the referrers API is served by the tag that the specification gives for it: `sha256-<digest>` names
an index of what refers to that image.
"""

import io
import json
from dataclasses import dataclass

from . import oci
from .oci import Descriptor
from .registry.client import Registry
from .registry.refusal import RegistryError

_LIMIT = 64 << 20


@dataclass(frozen=True)
class Attached:
    """A document in the registry: the manifest that binds it, and its own bytes."""

    manifest: str
    data: bytes


def find(registry: Registry, subject: Descriptor, artifact_type: str) -> Attached | None:
    """The document of that type that was attached first, None where there is none. Raises RegistryError."""
    for entry in _referrers(registry, subject):
        if entry.artifact_type != artifact_type:
            continue
        stored = registry.manifest(entry.digest)
        if stored is None or stored.digest != entry.digest:
            continue  # named and gone, or not what was named: as if it were not there
        try:
            part = Descriptor.read(json.loads(stored.data)["layers"][0])
        except (ValueError, KeyError, IndexError, TypeError):
            continue
        return Attached(entry.digest, registry.blob(part.digest, _LIMIT))
    return None


def attach(registry: Registry, subject: Descriptor, artifact_type: str, data: bytes) -> str:
    """Attach a document unless it is there; the digest of the manifest that binds it. Raises RegistryError."""
    part, nothing = Descriptor.of(artifact_type, data), Descriptor.of(oci.EMPTY, oci.EMPTY_DATA)
    manifest = oci.artifact_manifest(subject, artifact_type, part)
    entry = Descriptor(oci.MANIFEST, oci.digest_of(manifest), len(manifest), artifact_type)
    if any(known.digest == entry.digest for known in _referrers(registry, subject)):
        return entry.digest
    for blob, content in ((nothing, oci.EMPTY_DATA), (part, data)):
        if registry.blob_size(blob.digest) is None:
            registry.upload(blob.digest, blob.size, lambda content=content: io.BytesIO(content))  # type: ignore[misc]  # bound now, not when called
    headers = registry.put_manifest(entry.digest, manifest, oci.MANIFEST)
    if "OCI-Subject" not in headers:  # which is how a registry says that it keeps the list itself
        _list(registry, subject, entry)
    stored = registry.manifest(entry.digest)
    if stored is None or stored.data != manifest:
        raise RegistryError(f"{registry.place}: reads back another {artifact_type} than was attached to the image")
    return entry.digest


def _list(registry: Registry, subject: Descriptor, entry: Descriptor) -> None:
    """Add to the index that stands in for the referrers API."""
    entries = [known for known in _fallback(registry, subject) if known.digest != entry.digest]
    registry.put_manifest(_tag(subject), oci.index([*entries, entry]), oci.INDEX)


def _referrers(registry: Registry, subject: Descriptor) -> list[Descriptor]:
    listed = registry.referrers(subject.digest)
    if listed is None:
        return _fallback(registry, subject)
    try:
        return oci.entries(listed)
    except ValueError:
        return _fallback(registry, subject)


def _fallback(registry: Registry, subject: Descriptor) -> list[Descriptor]:
    stored = registry.manifest(_tag(subject))
    try:
        return oci.entries(stored.data) if stored else []
    except ValueError:
        return []


def _tag(subject: Descriptor) -> str:
    return subject.digest.replace(":", "-")
