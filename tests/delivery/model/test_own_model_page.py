"""The page for authors of a model: a reader who types its commands sees what it shows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from delivery.examples.example import Example, Expect, Latency, Request
from delivery.paths import ROOT
from tests.delivery.examples import own
from tests.docs.support.pages import Page, page

PAGE = page("docs/how-to/publish-your-own-model.md")
ELSEWHERE = "## 5. Release it"
"""From here on a Docker engine is needed: tests/image and tests/delivery/rehearse go that way."""
_MARK = "=== what the next command says"


def steps(one: Page) -> list[tuple[str, list[str]]]:
    """Each command, with the lines that the page shows under it."""
    here = Page(one.file).text.partition(ELSEWHERE)[0]
    lines = [line for fence in one.fences if fence.language == "console" for line in fence.text.splitlines()]
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return [step for step in found if step[0] in here]


def typed(commands: list[str], folder: Path) -> list[str]:
    """The output of each command, typed one after the other into one shell."""
    script = "\n".join(f"{command}\necho '{_MARK}'" for command in commands)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SLIPWAY_")}
    path, modules = f"{Path(sys.executable).parent}:{os.environ['PATH']}", f"{ROOT}:{ROOT / 'infra'}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment | {"PATH": path, "PYTHONPATH": modules, "HOME": str(folder / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.split(f"{_MARK}\n")[:-1]


def test_a_reader_who_types_the_page_sees_what_it_shows(tmp_path: Path) -> None:
    own.trained(tmp_path)
    wanted = steps(PAGE)
    assert len(wanted) == 10
    said = typed([command for command, _ in wanted], tmp_path)
    assert len(said) == len(wanted)
    for (command, lines), text in zip(wanted, said, strict=True):
        for line in lines:
            assert line == "…" or line in text.splitlines(), (command, line, text)


def test_the_example_on_the_page_is_one() -> None:
    [text] = [fence.text for fence in PAGE.fences if fence.language == "yaml"]
    example = Example.model_validate(yaml.safe_load(text))
    assert example.request.file == "red.png"


@pytest.mark.parametrize("part", [Example, Request, Expect, Latency])
def test_every_field_of_an_example_is_on_the_page(part: type[Example | Request | Expect | Latency]) -> None:
    names = [field.alias or name for name, field in part.model_fields.items()]
    assert [name for name in names if name not in PAGE.text] == []
