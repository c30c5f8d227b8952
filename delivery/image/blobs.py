"""Cache of the blob that each layer became: to pack the same layer again would give the same one."""

import json
from pathlib import Path
from typing import Any

from . import oci
from .oci import Descriptor

_FILE = "blobs.json"


class Blobs:
    """A small file of layers and their packed forms. It may be deleted at any time."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE

    def find(self, diff_id: str) -> Descriptor | None:
        """The packed form of a layer, None where it is not known."""
        try:
            entry = self._read()[diff_id]
            return Descriptor(oci.LAYER, str(entry["digest"]), int(entry["size"]))
        except (KeyError, TypeError, ValueError):
            return None

    def keep(self, diff_id: str, blob: Descriptor) -> None:
        """Remember the packed form of a layer."""
        known = self._read()
        entry = {"digest": blob.digest, "size": blob.size}
        if known.get(diff_id) == entry:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        aside = self._file.with_suffix(".new")
        aside.write_text(json.dumps(known | {diff_id: entry}, indent=1), encoding="utf-8")
        aside.replace(self._file)

    def _read(self) -> dict[str, Any]:
        try:
            known = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}
