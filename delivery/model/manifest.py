"""The manifest of a model version, as far as the platform reads it: the rest of it is the app's own part.

One version is a folder of files, `manifest.json`, and often `examples/`, files that try the version out.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

MANIFEST_FILE = "manifest.json"

ModelName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
ModelVersion = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}$")]
_FILE = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
VersionFile = Annotated[str, Field(pattern=rf"^(examples/)?{_FILE}$")]
"""A file of a model version, by its path there."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

T = TypeVar("T", bound=BaseModel)


class ManifestError(Exception):
    """A document that cannot be read; the message names every place, what was found and what is allowed."""


class FileFacts(BaseModel):
    """Identity of one file: its sha256 and its size in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: Sha256
    size: Annotated[int, Field(ge=1)]


class Description(BaseModel):
    """The facts that an author gives before a model has a version. Fields that are not named here are the app's own."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    name: ModelName
    title: str = ""
    author: str = ""
    licence: str = ""
    source: str = ""
    metrics: dict[str, float] = {}


class Manifest(Description):
    """One immutable model version."""

    format: Literal["slipway.model/1"] = "slipway.model/1"
    main: VersionFile
    """The file whose sha256 names the version."""
    version: ModelVersion
    created: datetime
    files: dict[VersionFile, FileFacts]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.main not in self.files:
            raise ValueError(f"files lacks {self.main}")
        if MANIFEST_FILE in self.files:
            raise ValueError(f"files holds {MANIFEST_FILE}, which no manifest declares of itself")
        return self

    @property
    def sha256(self) -> str:
        """The sha256 of the main file: the identity that images, logs and metrics carry."""
        return self.files[self.main].sha256

    def to_json(self) -> str:
        """The text of `manifest.json`."""
        return self.model_dump_json(indent=2) + "\n"


RESERVED = tuple(name for name in Manifest.model_fields if name not in Description.model_fields)
"""Fields that only publishing writes."""


def parse(kind: type[T], text: str | bytes, place: str) -> T:
    """Decode JSON text as `kind`, or raise ManifestError with every fault at once, each with its path."""
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        faults = [
            f"{place}: {'.'.join(str(part) for part in fault['loc']) or '(whole)'}: {fault['msg']}"
            + ("" if fault["type"] in ("missing", "json_invalid") else f", found {fault['input']!r:.80}")
            for fault in error.errors(include_url=False)
        ]
        raise ManifestError("\n".join(faults)) from None


def read(folder: Path) -> Manifest:
    """The manifest of the model version in `folder`."""
    path = folder / MANIFEST_FILE
    try:
        return parse(Manifest, path.read_bytes(), str(path))
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error.strerror}") from None
