"""Commands that the pages show exist, with the options that they are shown with."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from delivery import cli
from tests.docs.support.pages import PAGES, Page
from tests.docs.support.shell import simple_commands
from tests.docs.test_outputs import exported
from tests.support.az.parsing import parse

OF_AN_EXTENSION = ("devops", "repos", "pipelines")
"""Commands of the Azure CLI that come with its extension for Azure DevOps."""


SLIPWAY = re.compile(r"^(\S*/)?slipway(?= )")


def called(one: Page, program: str) -> list[list[str]]:
    """Every call of a program in the consoles of a page: its arguments."""
    found = [words for line in one.commands for words in simple_commands(line)]
    return [words[1:] for words in found if words[0] == program]


def slipway(one: Page) -> list[list[str]]:
    """Arguments of every `slipway`, in consoles and in sentences."""
    lines = [*one.commands, *(span for span in one.spans if SLIPWAY.search(span))]
    found = [words for line in lines for words in simple_commands(line)]
    return [words[1:] for words in found if words[0].rpartition("/")[2] == "slipway"]


def unknown(arguments: list[str]) -> Iterator[str]:
    """What the command line does not know of these arguments."""
    found, path, rest = command(), "slipway", list(arguments)
    while hasattr(found, "list_commands") and rest and not rest[0].startswith(("-", "…", "COMMAND")):
        path = f"{path} {rest[0]}"
        found = found.get_command(found.context_class(found), rest.pop(0))
        if found is None:
            yield f"no command {path}"
            return
    options = {option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)}
    for argument in rest:
        option = argument.partition("=")[0]
        if option.startswith("-") and option not in options | {"--help"}:
            yield f"{path} has no option {option}"


@cache
def command() -> Any:
    """The whole command line, with Typer's own classes."""
    return typer.main.get_group(cli.app)


@pytest.mark.parametrize("one", PAGES, ids=str)
def test_every_slipway_command_is_one(one: Page) -> None:
    assert [problem for arguments in slipway(one) for problem in unknown(arguments)] == []


@pytest.mark.parametrize("one", PAGES, ids=str)
def test_every_command_is_shown_by_its_name(one: Page) -> None:
    assert re.findall(r"python -m\s+delivery\b(?!\.)", one.text) == []


def test_an_unknown_command_or_option_is_noticed() -> None:
    assert list(unknown(["model", "publsh"])) == ["no command slipway model publsh"]
    assert list(unknown(["release", "deploy", "--stak", "dev"])) == ["slipway release deploy has no option --stak"]
    assert list(unknown(["release", "deploy", "--stack", "dev"])) == []


@pytest.mark.parametrize("one", PAGES, ids=str)
def test_every_output_that_is_asked_for_exists(one: Page) -> None:
    assert set(re.findall(r"pulumi stack output (?!-)(\w+)", one.text)) <= exported()


@pytest.mark.skipif(shutil.which("pulumi") is None, reason="pulumi is not on PATH")
@pytest.mark.parametrize("one", [one for one in PAGES if called(one, "pulumi")], ids=str)
def test_pulumi_knows_every_command_and_option(one: Page, tmp_path: Path) -> None:
    problems = []
    for words in called(one, "pulumi"):
        first = next((number for number, word in enumerate(words) if word.startswith("-")), len(words))
        text = helped(tuple(words[:first]), str(tmp_path))
        if not any(" ".join(words).startswith(name) for name in names(text)):
            problems.append(f"no command pulumi {' '.join(words)}")
        options = {word.partition("=")[0] for word in words[first:] if word.startswith("-")}
        problems += [f"{' '.join(words)}: no {option}" for option in options if not re.search(rf"{option}\b", text)]
    assert problems == []


def names(text: str) -> Iterator[str]:
    """What a command is called, from its help: by its usage, and by each alias of its last word."""
    usage = re.search(r"Usage:\n  pulumi ([a-z -]+?)(?: [\[<]|\n)", text)
    aliases = re.search(r"Aliases:\n  (.+)", text)
    if usage:
        *way, last = usage.group(1).split()
        for name in {last, *(aliases.group(1).split(", ") if aliases else ())}:
            yield " ".join((*way, name))


@cache
def helped(words: tuple[str, ...], home: str) -> str:
    environment = {**os.environ, "PULUMI_HOME": home, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    done = subprocess.run(
        ["pulumi", *words, "--help"], capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("one", [one for one in PAGES if called(one, "az")], ids=str)
def test_every_azure_command_has_the_options_of_the_real_one(one: Page) -> None:
    for words in called(one, "az"):
        assert parse(words).command


@pytest.mark.skipif(shutil.which("az") is None, reason="az is not on PATH")
@pytest.mark.parametrize("one", [one for one in PAGES if called(one, "az")], ids=str)
def test_the_azure_cli_knows_every_command_and_option(one: Page, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = str(tmp_path_factory.getbasetemp() / "azure")
    problems = []
    for words in called(one, "az"):
        if words[0] in OF_AN_EXTENSION:
            continue
        first = next((number for number, word in enumerate(words) if word.startswith("-")), len(words))
        text = explained(tuple(words[:first]), folder)
        options = {word for word in words[first:] if word.startswith("-")}
        problems += [f"az {' '.join(words)}: no {option}" for option in options if not re.search(rf"{option}\b", text)]
        if not text:
            problems.append(f"no command az {' '.join(words[:first])}")
    assert problems == []


@cache
def explained(words: tuple[str, ...], folder: str) -> str:
    """The help of a command, in a folder where nobody is logged in; empty if there is no such command."""
    environment = {**os.environ, "AZURE_CONFIG_DIR": folder, "AZURE_CORE_COLLECT_TELEMETRY": "no"}
    done = subprocess.run(
        ["az", *words, "--help"], capture_output=True, text=True, check=False, env=environment, timeout=120
    )
    return done.stdout if done.returncode == 0 else ""
