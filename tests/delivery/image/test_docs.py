"""What the pages say of images, releases and the doctor is what the program does."""

import re

import pytest
import typer
from typer.main import get_command

from app.checks import hostile
from app.checks.promises import PICTURES
from delivery.doctor import azure, devops, tools
from delivery.image import cli as image
from delivery.image import provenance, sbom
from delivery.paths import ROOT
from delivery.release import cli as release
from delivery.release.deployment import Begun, Ended
from delivery.release.record import Release

REFERENCE = ROOT / "docs" / "reference"
IMAGE, RELEASE, DOCTOR = (
    (REFERENCE / f"{name}.md").read_text(encoding="utf-8") for name in ("image", "release", "doctor")
)


def commands(app: typer.Typer) -> set[str]:
    return set(get_command(app).commands)  # type: ignore[attr-defined]  # a group


@pytest.mark.parametrize(("page", "app"), [(IMAGE, image.app), (RELEASE, release.app)], ids=["image", "release"])
def test_every_command_is_in_its_reference_and_nothing_else(page: str, app: typer.Typer) -> None:
    table = page.partition("## Commands")[2].partition("\n## ")[0].partition("| option")[0]
    assert set(re.findall(r"^\| `(\w+)[^`]*` \| ", table, re.MULTILINE)) == commands(app)


def test_every_option_of_a_build_is_in_the_reference() -> None:
    build = get_command(image.app).commands["build"]  # type: ignore[attr-defined]  # a group
    options = {name for one in build.params for name in one.opts if name.startswith("--")}
    assert {name for name in options if f"`{name}" not in IMAGE} == set()


def test_the_number_of_hostile_requests_is_the_one_that_is_told() -> None:
    count = len(list(hostile.requests(PICTURES[0], "colours")))
    assert f"it sends {count} requests" in IMAGE


@pytest.mark.parametrize(
    "text", [sbom.FILE, sbom.MEDIA_TYPE, provenance.FILE, provenance.MEDIA_TYPE, provenance.BUILD_TYPE]
)
def test_every_name_that_others_look_for_is_in_the_reference(text: str) -> None:
    assert f"`{text}`" in IMAGE


@pytest.mark.parametrize("field", [*Release.model_fields, *Begun.model_fields, *Ended.model_fields])
def test_every_field_of_a_record_is_in_the_reference(field: str) -> None:
    assert field == "format" or f"`{field}`" in RELEASE


@pytest.mark.parametrize(
    "name",
    [tool.name for tool in tools.TOOLS]
    + ["python", "pulumi", "docker", "buildx", "model", *azure.NAMES, *devops.NAMES],
)
def test_everything_that_the_doctor_looks_at_is_in_the_reference(name: str) -> None:
    assert f"`{name}`" in DOCTOR
