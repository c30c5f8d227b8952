"""BuildKit's plain progress, read into one line a step: the only form that old and new engines share."""

import re
from collections.abc import Callable

_BEGUN = re.compile(r"#(\d+) \[(?!internal)([^\]]+)\] (.*)")
_ENDED = re.compile(r"#(\d+) (?:DONE ([\d.]+)s|(CACHED))$")
_WIDTH = 72


class Progress:
    """Feed it lines: `status` gets the step that runs, `line` gets each finished one with its time."""

    def __init__(self, status: Callable[[str], None], line: Callable[[str], None]) -> None:
        self._status = status
        self._line = line
        self._steps: dict[str, str] = {}

    def read(self, text: str) -> None:
        """One line of the build's output; lines of the steps' own are left to the log."""
        if begun := _BEGUN.match(text):
            self._steps[begun[1]] = _cut(f"{begun[2]}  {begun[3]}")
            self._status(self._steps[begun[1]])
        elif (ended := _ENDED.match(text)) and (step := self._steps.pop(ended[1], "")):
            self._line(f"{step:{_WIDTH}} {'cached' if ended[3] else ended[2] + ' s':>8}")


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
