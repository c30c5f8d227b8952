"""Command lines of the app's own that check a model and a started image."""

import re
import shlex
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from slipway.config.base import Section

from .words import SampleName

PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
"""The form of a placeholder in a contract's text."""

MODEL = ("model", "examples")
IMAGE = ("image", "url", "managementUrl", "name", "examples")
RELEASE = ("url", "examples")
START = ("model", "port", "managementPort", "commit", "build")
SAMPLE = ("folder",)
BEGIN = ("file", "folder")
TRY = ("url",)


def _line(text: str) -> str:
    try:
        words = shlex.split(text)
    except ValueError:
        words = []
    if not words or "\n" in text:
        raise ValueError("one command line with its quotes closed, such as python check.py ${model}")
    return text


CommandLine = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_line)]
"""A command as one types it in the folder of `image.context`, without a shell. It ends with 0 for what may go on."""


class Checks(Section):
    """Commands that judge. What they print on stderr is shown where they do not end with 0."""

    model: CommandLine | None = None
    """Judges a model version before it is published: ${model} is a copy of its folder, in which the command may mend
    files; ${examples} is the folder of its examples. Absent: its examples alone judge it."""

    image: CommandLine | None = None
    """Judges a started image: ${image} is its id, ${url} and ${managementUrl} are its ports, ${name} is its model's
    name, ${examples} a folder with its examples. Absent: its examples alone judge it."""

    release: CommandLine | None = None
    """Judges a release where its users reach it, beside their requests: ${url} is its address, and ${examples} a folder
    with its examples. Absent: its examples alone judge it."""


class Authors(Section):
    """Commands for the authors of models."""

    begin: CommandLine | None = None
    """Makes the publishable ${folder} from ${file}, for `slipway model init`. Absent: there is no such help."""

    predict: CommandLine | None = None
    """Shows what the app at ${url} makes of files, whose names follow, for `slipway model try`. Before them comes
    `--write-examples FOLDER` where the author wants examples written. Absent: there is no such help."""

    samples: Annotated[dict[SampleName, CommandLine], Field(max_length=20)] = Field(default_factory=dict)
    """Commands that each write a publishable model to ${folder}, by the sample's name. A rehearsal releases the first
    and the second."""


def unknown_placeholders(
    checks: Checks, authors: Authors, start: str | None
) -> Iterator[tuple[tuple[str, ...], str, tuple[str, ...]]]:
    """Each placeholder that has no value: the command's place, the placeholder, and those that exist."""
    lines: list[tuple[tuple[str, ...], str | None, tuple[str, ...]]] = [
        (("start",), start, START),
        (("checks", "model"), checks.model, MODEL),
        (("checks", "image"), checks.image, IMAGE),
        (("checks", "release"), checks.release, RELEASE),
        (("authors", "begin"), authors.begin, BEGIN),
        (("authors", "predict"), authors.predict, TRY),
        *((("authors", "samples", name), line, SAMPLE) for name, line in authors.samples.items()),
    ]
    for place, line, known in lines:
        for placeholder in PLACEHOLDER.findall(line or ""):
            if placeholder not in known:
                yield place, placeholder, known
