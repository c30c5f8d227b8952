"""The documentation points at what is there."""

import re
from pathlib import Path

import pytest

from delivery.paths import ROOT
from tests.docs.support.pages import PAGES, Page

TARGET = re.compile(r"^([a-z-]+):.*##", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_to_a_file(page: Page) -> None:
    targets = {link: (page.file.parent / link.partition("#")[0]) for link in page.links if not link.startswith("#")}
    assert [link for link, target in targets.items() if not target.exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_anchor_is_a_heading(page: Page) -> None:
    missing = []
    for link in page.links:
        path, _, anchor = link.partition("#")
        target = Page((page.file.parent / path).resolve()) if path else page
        if anchor and target.file.suffix == ".md" and anchor not in target.anchors:
            missing.append(link)
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_make_command_has_its_target(page: Page) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    named = set(re.findall(r"(?:`|\$ |^    )make ([a-z-]+)", page.text, re.MULTILINE))
    assert named <= targets


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        file = ahead.pop()
        if file in reached or file.suffix != ".md" or not file.is_file():
            continue
        reached.add(file)
        ahead += [(file.parent / link.partition("#")[0]).resolve() for link in Page(file).links]
    assert {str(page) for page in PAGES if page.file not in reached} == set()
