"""A model that may be published: its description, and its files' identities."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.scoring.manifest import Description, FileFacts, Manifest

DESCRIPTION_FILE = "model.json"
"""An author's description, in place of the manifest that only publishing can write."""


@dataclass(frozen=True)
class Candidate:
    """A model that has passed every check of `folder.checked`, in a folder of its own until it is published."""

    folder: Path
    description: Description
    files: dict[str, FileFacts]

    def manifest(self, version: str, created: datetime) -> Manifest:
        """What the model will be as that version."""
        facts = {name: facts.model_dump() for name, facts in self.files.items()}
        return Manifest.model_validate(
            {**self.description.model_dump(), "version": version, "created": created, "files": facts},
        )

    def same_as(self, manifest: Manifest) -> bool:
        """Whether a published version is this very model, description included."""
        return self.manifest(manifest.version, manifest.created) == manifest
