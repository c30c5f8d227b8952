"""Console lines of the pages, taken apart as a shell would."""

import re
import shlex
from collections.abc import Iterator

_INNER = re.compile(r"\$\(([^()]*)\)")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
_KEYWORDS = ("do", "done", "then", "eval")


def simple_commands(line: str) -> Iterator[list[str]]:
    """The words of each simple command of a line, also of those inside `$(...)`, which stand as one word outside."""
    while inner := _INNER.search(line):
        yield from simple_commands(inner.group(1))
        line = f"{line[: inner.start()]}something{line[inner.end() :]}"
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, "#"
    found: list[str] = []
    for word in [*lexer, ";"]:
        if not set(word) <= set(";&|<>()"):
            found.append(word)
            continue
        while found and (found[0] in _KEYWORDS or _ASSIGNED.match(found[0])):
            found.pop(0)
        if found:
            yield found
        found = []
