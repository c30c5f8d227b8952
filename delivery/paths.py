"""Paths in a checkout, independent of its place and of the current folder."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

WORK = ROOT / ".slipway"
"""Folder of what the commands make: never committed, safe to remove."""
MODEL = WORK / "model"
"""The model version that was pulled last."""


def short(path: Path) -> str:
    """The path as a person at the root would write it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
