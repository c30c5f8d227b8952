"""Pages that are made from the code are those that the code makes: `make reference`."""

import re
from importlib import metadata

from delivery.paths import ROOT
from docs.reference import azure_api_versions_page, config_page, variants_page
from tests.docs.support.pages import page
from tests.infra.golden.text import STACKS, recorded


def test_the_page_of_stack_files_is_current() -> None:
    assert config_page.PAGE.read_text(encoding="utf-8") == config_page.page()


def test_the_page_of_variants_is_current() -> None:
    assert variants_page.PAGE.read_text(encoding="utf-8") == variants_page.page(), "run: make reference"


def test_the_page_of_api_versions_is_current() -> None:
    assert azure_api_versions_page.PAGE.read_text(encoding="utf-8") == azure_api_versions_page.page()


def test_every_type_that_the_stacks_declare_has_its_version() -> None:
    declared = {
        one.type.removeprefix("azure-native:")
        for stack in STACKS
        for one in recorded(stack).resources
        if one.type.startswith("azure-native:")
    }
    versions = {name: version for name, version, *_ in page("docs/reference/azure-api-versions.md").rows(
        "API versions of Azure"
    )}  # fmt: skip
    assert declared
    assert declared - set(versions) == set()
    assert [version for version in versions.values() if not re.fullmatch(r"20\d\d-\d\d-\d\d(-preview)?", version)] == []


def test_the_version_is_that_of_the_pinned_sdk() -> None:
    pinned = f"pulumi-azure-native=={metadata.version('pulumi-azure-native')} "
    assert pinned in (ROOT / "requirements.in").read_text(encoding="utf-8")
