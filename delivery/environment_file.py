"""`.slipway/env`: facts of the state's place as a shell reads them, for people, pages and later commands. No secret."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from .paths import WORK

FILE = WORK / "env"

_EXPORT = "export "


def write_environment(facts: Mapping[str, str], file: Path) -> None:
    """Write the facts, instead of those of an earlier chain."""
    head = "# Written by `slipway bootstrap`: no secret is in it. A shell takes it with: . .slipway/env\n"
    lines = [f"{_EXPORT}{name}={shlex.quote(value)}\n" for name, value in facts.items()]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join([head, *lines]), encoding="utf-8")


def read_environment(file: Path = FILE) -> dict[str, str]:
    """Return the facts; none where no bootstrap has written any."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        return {}
    found = {}
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        if len(words) == 2 and words[0] == _EXPORT.strip():
            name, _, value = words[1].partition("=")
            found[name] = value
    return found


def adopt_environment(file: Path = FILE) -> None:
    """Set each variable that the process has not; one that is set, even to nothing, is meant."""
    for name, value in read_environment(file).items():
        os.environ.setdefault(name, value)
