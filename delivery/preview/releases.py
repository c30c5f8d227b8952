"""Release that a render shows as deployed, where none is named."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from delivery.failure import FailureError, NotFoundError

STAND_IN: Mapping[str, Any] = {
    "repository": "scoring",
    "digest": f"sha256:{'0' * 64}",
    "commit": "0" * 40,
    "buildId": "none",
    "model": {"name": "model", "version": "1", "sha256": "0" * 64},
}
"""Legal and plainly no real release: a rendered state is about the program, not about what is deployed."""


def read(path: Path) -> Mapping[str, Any]:
    """The `release` object of a stack's config, from a JSON file. NotFoundError or FailureError name the file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFoundError(f"{path}: no such file") from None
    except ValueError as error:
        raise FailureError(f"{path}: not JSON: {error}") from error
    if not isinstance(found, dict):
        raise FailureError(f"{path}: found {type(found).__name__}, allowed: an object")
    return found
