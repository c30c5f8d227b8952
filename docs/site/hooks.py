# ruff: noqa: INP001  # MkDocs loads this file by its path, not as a package
"""Hooks of MkDocs: pages of the repository's root as pages of the site, and links out of docs/ that lead somewhere."""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
FROM_ROOT = {"contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md", "security.md": "SECURITY.md"}
"""Pages of the site whose text has its home at the root, where Git servers look for it."""

_CODE = re.compile(r"`[^`]*`")
_DOCS = "docs/"
_ENTRY = re.compile(r"^- \[[^\]]*\]\(([\w.-]+)\)", re.MULTILINE)
_FENCE = re.compile(r"^(```.*?^```$)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?(?=\))")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Fill the navigation's section of decisions from their own index."""
    index = (Path(config.docs_dir) / "decisions" / "README.md").read_text(encoding="utf-8")
    for section in config.nav or ():
        if isinstance(section, dict) and "Decisions" in section:
            section["Decisions"] = ["decisions/README.md", *list_decisions(index)]
    return config


def list_decisions(index: str) -> list[dict[str, list[str]]]:
    """Return the index of decisions as navigation: each heading with its pages."""
    sections = [part.split("\n", 1) for part in index.split("\n## ")[1:]]
    return [{title: [f"decisions/{page}" for page in _ENTRY.findall(text)]} for title, text in sections]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the root."""
    for page, source in FROM_ROOT.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Rewrite relative links: to pages of the site, and to the repository for files outside docs/."""
    del files
    source = FROM_ROOT.get(page.file.src_uri, _DOCS + page.file.src_uri)
    return unescape_pipes(rewrite(markdown, source, page.file.src_uri, str(config.repo_url)))


def unescape_pipes(markdown: str) -> str:
    """Return the text with plain pipes in the code of tables: Git servers want them escaped there, MkDocs does not."""

    def plain(line: str) -> str:
        return _CODE.sub(lambda code: code[0].replace(r"\|", "|"), line) if line.startswith("|") else line

    return "\n".join(plain(line) for line in markdown.split("\n"))


def rewrite(markdown: str, source: str, page: str, repository: str) -> str:
    """Return the text with each relative link as `page` needs it. The links were written for the file `source`."""

    def moved(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), match[1]))
        return locate(target, page, repository) + (match[2] or "")

    parts = _FENCE.split(markdown)
    return "".join(part if number % 2 else _LINK.sub(moved, part) for number, part in enumerate(parts))


def locate(target: str, page: str, repository: str) -> str:
    """Return the address of a file, given by its path from the root, as a link on `page`."""
    at_root = {source: name for name, source in FROM_ROOT.items()}
    if target in at_root or target.startswith(_DOCS):
        inside = at_root.get(target, target.removeprefix(_DOCS))
        return posixpath.relpath(inside, posixpath.dirname(page) or ".")
    kind = "tree" if (ROOT / target).is_dir() else "blob"
    return f"{repository.rstrip('/')}/{kind}/main/{target}"
