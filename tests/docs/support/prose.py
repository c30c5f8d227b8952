"""Find what the rules of style forbid and a machine can see: `python -m tests.docs.support.prose [ROOM]` lists it.

With `--lower` it writes the counts that have fallen into prose.json.
"""

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from delivery.paths import ROOT

LIMITS = Path(__file__).with_name("prose.json")
"""Offences that each room still has. A number may only fall; a room without a number has none."""

_OPENING = re.compile(r"(What|Who|Whose|Whom|Whether|Where|How|Which|Why)(ever)?\b")
_WORDS = re.compile(
    r"\b(anew|aloud|whatever|whoever|somebody|nobody|to be had|as above|as below)\b".replace(" ", r"\s+"), re.IGNORECASE
)
_BARE = re.compile(r"#\s*(noqa(: *[A-Z0-9, ]+)?|type: *ignore(\[[\w, -]+\])?) *$", re.MULTILINE)
_SUFFIXES = {".py", ".md", ".yml", ".yaml", ".in", ".toml", ".js", ".css", ".html", ".sh", ""}
_NOT_OURS = ("LICENSE", "tests/delivery/preview/recorded/", "tests/docs/support/prose.py", "tests/docs/test_prose.py")


@dataclass(frozen=True, order=True)
class Offence:
    """One place that breaks a rule."""

    path: str
    line: int
    rule: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.found}"

    @property
    def room(self) -> str:
        """The file's folder, at most two levels down: a new package is a new room, which begins without offences."""
        return "/".join(self.path.split("/")[:-1][:2]) or "root"


def judge(path: str, text: str) -> Iterator[Offence]:
    """Yield the offences in a file's text."""
    for match in _WORDS.finditer(text):
        yield Offence(path, _line(text, match.start()), "word", " ".join(match[0].split()))
    if path.endswith(".py"):
        for match in _BARE.finditer(text):
            yield Offence(path, _line(text, match.start()), "no reason", match[0].strip())
        for line, docstring in _docstrings(ast.parse(text)):
            if opening := _OPENING.match(docstring):
                yield Offence(path, line, "opening", opening[0])


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield each string that stands alone: those of modules, classes and functions, and of the names before them."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield node.lineno, text


def offences() -> list[Offence]:
    """Return every offence in the files that Git tracks or would add. Raises CalledProcessError outside of Git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    found: list[Offence] = []
    for path in listed:
        file = ROOT / path
        if file.suffix in _SUFFIXES and not path.startswith(_NOT_OURS) and file.is_file():
            found.extend(judge(path, file.read_text(encoding="utf-8")))
    return sorted(found)


def limits() -> dict[str, int]:
    """Return the offences that each room may still have."""
    read: dict[str, int] = json.loads(LIMITS.read_text(encoding="utf-8"))
    return read


def main() -> int:
    """List the offences of one room, or the count of each; return 1 if a count is over its limit."""
    found, allowed = offences(), limits()
    counts = Counter(one.room for one in found)
    rooms = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    if "--lower" in sys.argv:
        lowered = {room: min(limit, counts[room]) for room, limit in allowed.items()}
        LIMITS.write_text(json.dumps({room: count for room, count in lowered.items() if count}, indent=2) + "\n")
    if rooms:
        lines = [str(one) for one in found if one.room.startswith(tuple(rooms))]
    else:
        lines = [f"{room:26} {counts[room]:4} of {allowed.get(room, 0)}" for room in sorted({*counts, *allowed})]
    sys.stdout.write("\n".join(lines) + "\n")
    return int(any(count > allowed.get(room, 0) for room, count in counts.items()))


if __name__ == "__main__":
    sys.exit(main())
