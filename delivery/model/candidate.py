"""A model that may be published: its description, and its files' identities."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from delivery.examples.folder import Examples

from .manifest import Description, FileFacts, Manifest

COMMENTED_FILE, DESCRIPTION_FILE = DESCRIPTION_FILES = ("model.yaml", "model.json")
"""An author's description, one of them, in place of the manifest that only publishing can write."""


@dataclass(frozen=True)
class Candidate:
    """A model that has passed every check of `folder.checked`, in a folder of its own until it is published."""

    folder: Path
    description: Description
    files: dict[str, FileFacts]
    main: str
    """The file whose sha256 names it."""
    examples: Examples | None = None
    """Its own, where it brings any."""

    def manifest(self, version: str, created: datetime) -> Manifest:
        """The manifest of the model as that version."""
        facts = {name: facts.model_dump() for name, facts in self.files.items()}
        known = {"main": self.main, "version": version, "created": created, "files": facts}
        return Manifest.model_validate({**self.description.model_dump(), **known})

    def same_as(self, manifest: Manifest) -> bool:
        """True where a published version is this very model, description and examples included."""
        return self.manifest(manifest.version, manifest.created) == manifest
