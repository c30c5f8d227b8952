"""`release.json`: one tested image in a registry, the code and the model in it, and the documents that belong to it.

Written once, by `slipway release record`, and never changed. What became of a release is in `deployment`.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from delivery.image.records import Digest, Document, Model
from delivery.image.registry.place import HOST, REPOSITORY

RELEASE_FILE = "release.json"
LOCAL_BUILD = "local"
"""The build id of an image that no pipeline built."""

ReleaseId = Annotated[str, Field(pattern=r"^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}$")]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}(-dirty)?$")]
Plain = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
"""Text that a terminal prints as it is: without control characters."""
BuildId = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Image(_Part):
    """Address of the image. A tag is for people: no deployment looks an image up by it."""

    registry: Annotated[str, Field(max_length=255, pattern=f"^{HOST.pattern}$")]
    repository: Annotated[str, Field(max_length=255, pattern=f"^{REPOSITORY.pattern}$")]
    digest: Digest
    tag: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$")]
    size: Annotated[int, Field(ge=1)]
    """Bytes of its layers as the registry holds them."""

    @property
    def reference(self) -> str:
        """The one name that means this image and no other."""
        return f"{self.registry}/{self.repository}@{self.digest}"


class Previous(_Part):
    """The release that was the newest of the same store when this one was recorded."""

    id: ReleaseId
    digest: Digest
    """Its image's."""


class Release(_Part):
    """The record that the build pipeline hands to the release pipeline."""

    format: Literal["slipway.release/1"] = "slipway.release/1"
    id: ReleaseId
    created: AwareDatetime
    image: Image
    commit: Commit
    source: Plain
    """The code's repository, empty where git names none."""
    model: Model
    build_id: BuildId
    tested: AwareDatetime
    checks: Annotated[tuple[Plain, ...], Field(min_length=1)]
    """Checks that the image passed before it was pushed."""
    sbom: Document
    provenance: Document
    examples: Document
    """Requests, and what must come back, as one document: what the image was tested with."""
    previous: Previous | None = None

    @property
    def documents(self) -> tuple[Document, ...]:
        """The files that belong to `release.json`."""
        return self.sbom, self.provenance, self.examples

    def to_json(self) -> bytes:
        """The bytes of `release.json`."""
        return (self.model_dump_json(indent=2) + "\n").encode()

    def configuration(self) -> dict[str, Any]:
        """The stack's `slipway:release`. Its registry is the environment's own, so only the repository is named."""
        return {
            "repository": self.image.repository,
            "digest": self.image.digest,
            "commit": self.commit,
            "buildId": self.build_id,
            "model": {"name": self.model.name, "version": self.model.version, "sha256": self.model.sha256},
        }

    def same_as(self, other: "Release") -> bool:
        """Return whether both describe one image by the same facts and documents. The times of recording may differ."""
        written = {"id", "created", "tested", "checks", "previous"}
        return self.model_dump(exclude=written) == other.model_dump(exclude=written)


def release_id(created: datetime, digest: str) -> str:
    """A name that sorts by time and says which image: 20260102T030405Z-c0ffee123456."""
    return f"{created:%Y%m%dT%H%M%SZ}-{digest.removeprefix('sha256:')[:12]}"
