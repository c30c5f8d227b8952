"""The stack files of this checkout, and what each of them declares, rendered once for all tests."""

from functools import cache

from delivery.paths import ROOT
from delivery.preview import project
from delivery.preview.record import Recorded
from delivery.preview.releases import STAND_IN
from delivery.preview.render import render

PROJECT = project.read(ROOT)
STACKS = PROJECT.stacks


@cache
def rendered(stack: str) -> Recorded:
    """Return what a stack declares with a release."""
    return render(ROOT, stack, STAND_IN)
