"""Where things are in a checkout, wherever it stands and whatever the current folder is."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = tuple(sorted((ROOT / "app" / "scoring" / "page" / "samples").glob("*.jpg")))
"""Pictures that the app reads with any model."""
EXAMPLES = ROOT / "app" / "examples"
"""The app's own examples: what a model version without any must answer."""

WORK = ROOT / ".slipway"
"""What the commands make: never committed, safe to remove."""
MODEL = WORK / "model"
"""The model version that was pulled last."""


def short(path: Path) -> str:
    """The path as a person at the root would write it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
