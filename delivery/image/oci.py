"""Manifests of the OCI image format, as pure data: the same parts give the same bytes, and so the same digest.

The format: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIGURATION = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
EMPTY = "application/vnd.oci.empty.v1+json"
EMPTY_DATA = b"{}"


def digest_of(data: bytes) -> str:
    """The name that these bytes have in every registry."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@dataclass(frozen=True)
class Descriptor:
    """Description of one part in a manifest."""

    media_type: str
    digest: str
    size: int
    artifact_type: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, media_type: str, data: bytes) -> "Descriptor":
        """The descriptor of these bytes."""
        return cls(media_type, digest_of(data), len(data))

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Descriptor":
        """A descriptor as it stands in an index."""
        return cls(
            str(document["mediaType"]),
            str(document["digest"]),
            int(document["size"]),
            str(document.get("artifactType") or ""),
            dict(document.get("annotations") or {}),
        )

    def document(self) -> dict[str, Any]:
        """As it stands in a manifest."""
        said: dict[str, Any] = {"mediaType": self.media_type, "digest": self.digest, "size": self.size}
        if self.artifact_type:
            said["artifactType"] = self.artifact_type
        if self.annotations:
            said["annotations"] = dict(self.annotations)
        return said


def image_manifest(configuration: Descriptor, layers: Sequence[Descriptor], annotations: Mapping[str, str]) -> bytes:
    """The manifest of an image."""
    return _json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": configuration.document(),
            "layers": [layer.document() for layer in layers],
            "annotations": dict(annotations),
        }
    )


def artifact_manifest(subject: Descriptor, artifact_type: str, part: Descriptor) -> bytes:
    """The manifest of a document that belongs to the image `subject`."""
    return _json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": artifact_type,
            "config": Descriptor.of(EMPTY, EMPTY_DATA).document(),
            "layers": [part.document()],
            "subject": subject.document(),
        }
    )


def index(entries: Sequence[Descriptor]) -> bytes:
    """An index of manifests."""
    return _json({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry.document() for entry in entries]})


def entries(index: bytes) -> list[Descriptor]:
    """The manifests that an index names. Raises ValueError where it is none."""
    try:
        return [Descriptor.read(entry) for entry in json.loads(index).get("manifests") or ()]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an index of manifests: {error!r}") from None


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
