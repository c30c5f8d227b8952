"""Command lines of the app's own that check a model and a started image."""

import re
import shlex
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from slipway.config.base import Section

PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
"""The form of a placeholder in a contract's text."""

MODEL = ("model", "examples")
IMAGE = ("image", "url", "managementUrl", "model", "examples")


def _line(text: str) -> str:
    try:
        words = shlex.split(text)
    except ValueError:
        words = []
    if not words or "\n" in text:
        raise ValueError("one command line with its quotes closed, such as python check.py ${model}")
    return text


CommandLine = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_line)]
"""A command as one types it, run from the checkout, without a shell."""


class Checks(Section):
    """Commands that end with 0 for what may go on."""

    model: CommandLine | None = None
    """Judges a model version before it is published: ${model} is its folder, ${examples} that of the examples."""

    image: CommandLine | None = None
    """Judges a started image: ${image}, ${url}, ${managementUrl}, ${model} and ${examples} stand for what it needs."""


def unknown_placeholders(checks: Checks) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each placeholder that has no value: the command's name, the placeholder, and those that exist."""
    for name, line, known in (("model", checks.model, MODEL), ("image", checks.image, IMAGE)):
        for placeholder in PLACEHOLDER.findall(line or ""):
            if placeholder not in known:
                yield name, placeholder, known
