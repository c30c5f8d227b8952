"""Records of an image by its id: how it was built, that it was tested, where it was pushed.

A record is written by the command that did it and read by the next one: a push asks for the test of that very id.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from delivery.failure import IntegrityError
from delivery.model.manifest import ManifestError, ModelName, ModelVersion, Sha256, parse
from delivery.paths import WORK

RECORDS = WORK / "image" / "records"

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Model(_Part):
    """The model version inside an image; `sha256` is its model file's."""

    name: ModelName
    version: ModelVersion
    sha256: Sha256


class Package(_Part):
    """A package that was installed into an image, and the file that it came from."""

    name: str
    version: str
    file: str
    sha256: Sha256


class Base(_Part):
    """The image below: as it was named, its id in the engine, its digest in a registry where it has one."""

    reference: str
    id: Digest
    digest: Digest | None = None


class _Record(_Part):
    FILE: ClassVar[str]

    image: Digest
    """The image's id in the engine that built it."""


class BuildRecord(_Record):
    """Ingredients of an image. `commit` and `source` are empty where git has none."""

    FILE = "built.json"

    format: Literal["slipway.build/1"] = "slipway.build/1"
    commit: str
    source: str
    build: str
    base: Base
    dockerfile: Sha256
    model: Model
    model_folder: str
    """The folder of the image that holds it."""
    packages: tuple[Package, ...]
    engine: str
    committed: datetime | None
    started: datetime
    finished: datetime


class Check(_Part):
    """One step of a test, and what it came to."""

    name: str
    result: str


class TestRecord(_Record):
    """That an image passed its test."""

    __test__ = False  # for pytest, which takes any class of this name for a test
    FILE = "tested.json"

    format: Literal["slipway.test/1"] = "slipway.test/1"
    tested: datetime
    engine: str
    checks: Annotated[tuple[Check, ...], Field(min_length=1)]
    examples: Digest
    """Of the bundle that it was asked, which is kept beside this record."""


class Document(_Part):
    """A file that belongs to an image: its identity, and the manifest that binds it to the image in the registry."""

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    """The name of a file in the folder of its record, never a path."""
    media_type: str
    digest: Digest
    size: Annotated[int, Field(ge=1)]
    attached: Digest | None = None


class PushRecord(_Record):
    """Address of a pushed image. `digest` was read back from the registry."""

    FILE = "pushed.json"

    format: Literal["slipway.push/1"] = "slipway.push/1"
    repository: str
    """Registry and repository, such as registry.example/scoring."""
    tag: str
    digest: Digest
    size: int
    """Bytes of all layers and the configuration as the registry holds them."""
    pushed: datetime
    sbom: Document
    provenance: Document

    @property
    def reference(self) -> str:
        """The one name that means this image and no other."""
        return f"{self.repository}@{self.digest}"

    @property
    def documents(self) -> tuple[Document, Document]:
        """Both documents that belong to the image."""
        return self.sbom, self.provenance


T = TypeVar("T", bound=_Record)


class Records:
    """The records of every image that was handled here."""

    def __init__(self, root: Path = RECORDS) -> None:
        self.root = root

    def folder(self, image: str) -> Path:
        """Return the folder of everything about `image`, the files of its push included."""
        return self.root / image.removeprefix("sha256:")

    def find(self, kind: type[T], image: str) -> T | None:
        """The record of `image`, None where there is none. Raises IntegrityError where it cannot be read."""
        place = self.folder(image) / kind.FILE
        try:
            record = parse(kind, place.read_bytes(), str(place))
        except FileNotFoundError:
            return None
        except ManifestError as error:
            raise IntegrityError(f"{error}\ndelete {place} and repeat the step that wrote it") from None
        if record.image != image:
            raise IntegrityError(f"{place}: speaks of {record.image}; delete it and repeat the step that wrote it")
        return record

    def write(self, record: _Record) -> None:
        """Keep a record, in place of an earlier one."""
        folder = self.folder(record.image)
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / f".{record.FILE}"
        aside.write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
        aside.replace(folder / record.FILE)

    def forget(self, kind: type[_Record], image: str) -> None:
        """Drop a record that no longer holds."""
        (self.folder(image) / kind.FILE).unlink(missing_ok=True)
