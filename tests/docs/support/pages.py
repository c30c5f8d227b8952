"""The documentation as Markdown means it: links, headings, code. A bracket inside code is no link."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from delivery.paths import ROOT

_PARSER = MarkdownIt("commonmark").enable("table")
_ELSEWHERE = re.compile(r"[a-z]+:")


@dataclass(frozen=True)
class Fence:
    """A block of code: what the page calls its language, its text, and the line at which it begins."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    file: Path

    def __str__(self) -> str:
        return str(self.file.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @cached_property
    def links(self) -> list[str]:
        """Targets of links and pictures that lie in this repository, as they are written."""
        found = [str(token.attrGet("href") or token.attrGet("src") or "") for token in self._inline]
        return [link for link in found if link and not _ELSEWHERE.match(link)]

    @cached_property
    def anchors(self) -> set[str]:
        """What `#...` may name: the headings, as GitHub and Azure Repos write them into addresses."""
        found: list[str] = []
        for opening, content in zip(self._blocks, self._blocks[1:], strict=False):
            if opening.type == "heading_open":
                slug = re.sub(r"[^\w\- ]", "", content.content.lower()).replace(" ", "-")
                earlier = sum(one == slug or one.startswith(f"{slug}-") for one in found)
                found.append(f"{slug}-{earlier}" if slug in found else slug)
        return set(found)

    @cached_property
    def spans(self) -> list[str]:
        """Code inside sentences and tables."""
        return [token.content for token in self._inline if token.type == "code_inline"]

    @cached_property
    def fences(self) -> list[Fence]:
        return [
            Fence(token.info.strip(), token.content, (token.map or [0])[0] + 1)
            for token in self._blocks
            if token.type == "fence"
        ]

    @cached_property
    def commands(self) -> list[str]:
        """What a reader would type: a console's lines after `$`, continued ones joined, without comments."""
        found: list[str] = []
        for fence in self.fences:
            if fence.language == "console":
                joined = re.sub(r"\\\n>?\s*", "", fence.text)
                found += [line[2:] for line in joined.splitlines() if line.startswith("$ ")]
        return [re.sub(r"\s+#\s.*$", "", line) for line in found]

    def rows(self, heading: str) -> list[list[str]]:
        """The body of the first table below the heading that reads so; each cell as its text, code unquoted."""
        blocks = iter(self._blocks)
        found = any(token.type == "inline" and token.content == heading for token in blocks)
        found = found and any(token.type == "tbody_open" for token in blocks)
        table: list[list[str]] = []
        for token in blocks if found else ():
            if token.type == "tbody_close":
                break
            if token.type == "tr_open":
                table.append([])
            elif token.type == "inline":
                table[-1].append("".join(child.content for child in token.children or ()))
        return table

    @cached_property
    def _blocks(self) -> list[Token]:
        return _PARSER.parse(self.text)

    @property
    def _inline(self) -> Iterator[Token]:
        return (child for token in self._blocks for child in token.children or ())


PAGES = [
    *(Page(ROOT / name) for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "bench/README.md")),
    *(Page(file) for file in sorted((ROOT / "docs").rglob("*.md"))),
]
"""Every page that readers are sent to."""


def page(name: str) -> Page:
    """A page by its path from the root."""
    return Page(ROOT / name)
