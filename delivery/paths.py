"""Where things are in a checkout, wherever it stands and whatever the current folder is."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

WORK = ROOT / ".slipway"
"""What the commands make: never committed, safe to remove."""
MODEL = WORK / "model"
"""The model version that was pulled last."""


def short(path: Path) -> str:
    """The path as a person at the root would write it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
