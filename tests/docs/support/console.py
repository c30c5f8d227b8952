"""Console blocks of pages: the commands of each, what they print, and what the page's source says about running them.

A comment before a block is for the test alone: `<!-- not run: REASON -->` or `<!-- as the reviewer -->`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from tests.docs.support.pages import Page

_NOT_RUN = re.compile(r"<!-- not run: (?P<reason>.+?) -->", re.DOTALL)
_REVIEWER = "<!-- as the reviewer -->"


@dataclass(frozen=True)
class Command:
    """A line that a reader types, and the output that the page shows below it."""

    text: str
    shown: str


@dataclass(frozen=True)
class Block:
    """One console. `reason` is why no test runs it, empty for most; `reviewer` is true for the second person's."""

    page: Page
    line: int
    text: str
    reason: str
    reviewer: bool

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def commands(self) -> list[Command]:
        """Return the commands in their order; a line that ends in a backslash goes on in the next one."""
        found: list[tuple[list[str], list[str]]] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                found.append(([line[2:]], []))
            elif found and found[-1][0][-1].endswith("\\") and not found[-1][1]:
                found[-1][0].append(line)
            elif found:
                found[-1][1].append(line)
        return [Command("\n".join(typed), "\n".join(shown)) for typed, shown in found]


def read_blocks(page: Page) -> list[Block]:
    """Return the consoles of a page, in their order."""
    return [
        Block(
            page,
            (token.map or [0])[0] + 1,
            token.content,
            " ".join(found["reason"].split()) if (found := _NOT_RUN.search(comment)) else "",
            _REVIEWER in comment,
        )
        for token, comment in _fences(page)
    ]


def _fences(page: Page) -> Iterator[tuple[Token, str]]:
    """Yield each console with the comment right before it."""
    comment = ""
    for token in page._blocks:
        if token.type == "fence":
            if token.info.strip() == "console":
                yield token, comment
            comment = ""
        elif token.type == "html_block":
            comment = token.content
        elif token.type.endswith("_open"):
            comment = ""


def matches(shown: str, printed: str) -> bool:
    """Tell output that a page shows, with `…` for what it leaves out, from another one."""
    if not shown.strip():
        return True
    lines = [re.escape(line).replace("…", ".*") for line in shown.splitlines() if line.strip()]
    pattern = r"\n(?:.*\n)*?".join(f"(?:{line})" if line != ".*" else "(?:.*)" for line in lines)
    return re.search(pattern, re.sub(r"\n\n+", "\n", printed)) is not None
