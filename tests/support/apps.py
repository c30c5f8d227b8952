"""The apps that tests run: the sample, and one that is as unlike it as an app can be."""

from app.scoring import manifest as scoring
from delivery.app import find_app
from delivery.model.manifest import Manifest
from delivery.paths import ROOT

SAMPLE = find_app(ROOT / "app")
TONE = find_app(ROOT / "tests" / "apps" / "tone")


def reread(version: scoring.Manifest) -> Manifest:
    """The manifest as the platform reads it: the rest is the app's own part."""
    return Manifest.model_validate_json(version.to_json())
