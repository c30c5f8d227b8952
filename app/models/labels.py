"""The labels of a publishable folder: mended where the meaning is clear, refused where a reader might differ."""

import unicodedata
from pathlib import Path

from app.models.fault import FaultError
from app.scoring.model import read_labels

_LINE_ENDS_AND_CONTROLS = ("Cc", "Zl", "Zp")
"""Unicode categories that are neither a part of a word in any language nor a line end to all readers."""


def placeholders(classes: int) -> list[str]:
    """Labels that stand for those that only the author knows."""
    return [f"(label of class {number})" for number in range(classes)]


def mended(data: bytes, classes: int, place: Path) -> bytes:
    """The labels, one for each class, without a byte order mark and with line feeds alone. Raises FaultError."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise FaultError(
            f"{place}: is not UTF-8: {error.reason} at byte {error.start}; save it with the encoding UTF-8"
        ) from None
    lines = read_labels(text.encode())
    seen: dict[str, int] = {}
    unwritten = set(placeholders(classes))
    for number, line in enumerate(lines, start=1):
        if not line.strip() or any(unicodedata.category(character) in _LINE_ENDS_AND_CONTROLS for character in line):
            raise FaultError(f"{place}: line {number}: found {line[:60]!r}, a label is text without control characters")
        if line in unwritten:
            raise FaultError(
                f"{place}: line {number}: found {line!r}, which stands for a label that only you know; write the "
                f"{classes} labels, line i for class i, counted from 0"
            )
        if line in seen:
            raise FaultError(
                f"{place}: lines {seen[line]} and {number}: found {line[:60]!r} twice, a label names one class; "
                "make them differ, such as by their class numbers"
            )
        seen[line] = number
    if len(lines) != classes:
        raise FaultError(f"{place}: found {len(lines)} labels, the description says {classes} classes")
    return text.encode()
