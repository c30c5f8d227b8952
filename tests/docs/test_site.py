"""The documentation as a site: it builds strictly, and its links lead where the pages' links lead."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from delivery.paths import ROOT

if find_spec("mkdocs") is None:
    pytest.skip("mkdocs is not installed: the site was not built", allow_module_level=True)

from docs.site.hooks import FROM_ROOT, list_decisions, locate, rewrite, unescape_pipes  # needs mkdocs

REPOSITORY = "https://git.example/slipway"


def build(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Build the site strictly."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder), *options]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built site."""
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_built(site: Path) -> None:
    names = [page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")]
    missing = [name for name in [*names, *FROM_ROOT] if not (site / address(name)).is_file()]
    assert missing == []


def address(name: str) -> str:
    """Return the file that MkDocs writes for a page."""
    path = Path(name)
    folder = path.parent if path.stem in ("index", "README") else path.with_suffix("")
    return (folder / "index.html").as_posix()


def test_a_page_of_the_root_leads_to_pages_of_the_site(site: Path) -> None:
    text = (site / "contributing" / "index.html").read_text(encoding="utf-8")
    assert 'href="../decisions/"' in text
    assert 'href="../changelog/"' in text
    assert 'href="docs/' not in text


def test_generators_and_locks_are_not_published(site: Path) -> None:
    assert [file.name for file in site.rglob("*") if file.suffix == ".py" or file.name.startswith("requirements")] == []


def test_a_broken_link_fails_the_build(tmp_path: Path) -> None:
    config = tmp_path / "mkdocs.yml"
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Page\n\n[gone](gone.md)\n", encoding="utf-8")
    config.write_text("site_name: Broken\nstrict: true\nvalidation: {links: {not_found: warn}}\n", encoding="utf-8")
    done = build(tmp_path / "site", "--config-file", str(config))
    assert done.returncode != 0
    assert "gone.md" in done.stderr


@pytest.mark.parametrize(
    ("target", "page", "expected"),
    [
        ("docs/how-to/scale.md", "tutorial/first-run.md", "../how-to/scale.md"),
        ("CONTRIBUTING.md", "concepts/what-runs.md", "../contributing.md"),
        ("Makefile", "index.md", f"{REPOSITORY}/blob/main/Makefile"),
        ("infra", "index.md", f"{REPOSITORY}/tree/main/infra"),
    ],
)
def test_a_target_is_located(target: str, page: str, expected: str) -> None:
    assert locate(target, page, REPOSITORY) == expected


def test_the_navigation_of_decisions_is_their_index() -> None:
    index = (
        "# Decisions\n\nText.\n\n## Azure\n\n- [One](one.md)\n- [Two](two.md)\n\n## Serving\n\n- [Three](three.md)\n"
    )
    azure, serving = list_decisions(index)
    assert azure == {"Azure": ["decisions/one.md", "decisions/two.md"]}
    assert serving == {"Serving": ["decisions/three.md"]}


def test_links_keep_their_anchors_and_code_stays_as_it_is() -> None:
    text = "[a](docs/glossary.md#x) [b](https://e.example/) [c](#here)\n```\n[d](docs/e.md)\n```\n"
    assert rewrite(text, "CONTRIBUTING.md", "contributing.md", REPOSITORY) == text.replace("docs/glossary", "glossary")


def test_pipes_in_the_code_of_tables_are_plain() -> None:
    assert unescape_pipes(r"| `a \| b` | c \| d |") == r"| `a | b` | c \| d |"
    assert unescape_pipes(r"text `a \| b`") == r"text `a \| b`"
