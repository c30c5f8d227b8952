"""The sample's stack files, as tests and pages judge them; those of the checkout belong to whose checkout it is."""

from delivery.paths import ROOT

SAMPLE = ROOT / "tests" / "sample"
"""A project folder: the program of this checkout, with stack files that only the project's own commits change."""
