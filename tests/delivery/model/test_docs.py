"""What the pages promise is what the program does."""

import json
import re

import pytest
from typer.models import CommandInfo

from app.scoring.manifest import Description
from delivery.examples.folder import MAX_BYTES, MAX_FILES
from delivery.failure import ExitCode
from delivery.model import cli
from delivery.model.limits import MAX_FILE_BYTES, MAX_MANIFEST_BYTES, MAX_POINTER_BYTES
from delivery.model.pointer import MAX_PREVIOUS
from tests.support.service import ROOT

HOW_TO = (ROOT / "docs/how-to/publish-a-model.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs/reference/model-repository.md").read_text(encoding="utf-8")


def test_the_example_description_is_one() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", HOW_TO, re.DOTALL)

    assert Description.model_validate_json(example).name == "efficientnet-lite"
    assert json.loads(example)["input"]["resize"]["short_side"] == 256


def test_every_command_is_in_the_reference_and_nothing_else() -> None:
    documented = re.findall(r"^\| `(\w+)[^`]*` \| ", REFERENCE.partition("## Commands")[2], re.MULTILINE)

    assert sorted(documented) == sorted(command.name or _function(command) for command in cli.app.registered_commands)


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_in_the_reference(code: ExitCode) -> None:
    assert f"\n| {code.value} | " in REFERENCE


@pytest.mark.parametrize(
    "line",
    [
        f"| a file of the model | {MAX_FILE_BYTES >> 30} GiB |",
        f"| all files of `examples/` | {MAX_BYTES >> 20} MiB, {MAX_FILES} files |",
        f"| `manifest.json`, `model.json`, `model.yaml` | {MAX_MANIFEST_BYTES >> 20} MiB |",
        f"| `latest.json` | {MAX_POINTER_BYTES >> 10} KiB |",
        f"up to {MAX_PREVIOUS} `previous`",
    ],
)
def test_every_limit_is_in_the_reference(line: str) -> None:
    assert line in REFERENCE


@pytest.mark.parametrize("field", Description.model_fields)
def test_every_field_of_a_description_is_in_the_reference(field: str) -> None:
    assert f"`{field}`" in REFERENCE


def _function(command: CommandInfo) -> str:
    assert command.callback is not None
    return command.callback.__name__
