"""The command `slipway`: its help, its version, and the script that starts it from a checkout."""

import os
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

import pytest

from delivery import cli
from delivery.failure import ExitCode
from delivery.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def slipway(*arguments: str, code: int = 0) -> str:
    """Return all output of the command line."""
    command = [sys.executable, "-m", "delivery", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def test_the_help_lists_every_part_with_its_whole_line() -> None:
    text = slipway("--help")
    assert text.startswith("Usage: slipway [OPTIONS] COMMAND")
    for name, line in cli.PARTS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", text, re.MULTILINE)


def test_the_help_names_every_exit_code() -> None:
    text = " ".join(slipway("--help").split())
    assert [code.name for code in ExitCode if f" {code.value}=" not in text] == []


def test_the_help_imports_no_part_and_no_heavy_library() -> None:
    code = (
        "import sys; from delivery.__main__ import run; sys.argv = ['slipway', '--help']; run()\n"
        "heavy = {'pydantic', 'flask', 'rich', 'obstore', 'requests', 'yaml', 'numpy'} & set(sys.modules)\n"
        "print('IMPORTED', sorted(heavy), sorted(name for name in sys.modules if name.startswith('delivery.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    own = "'delivery.environment_file'"
    assert (
        f"IMPORTED [] ['delivery.__main__', 'delivery.cli', {own}, 'delivery.failure', 'delivery.paths']" in done.stdout
    )


@pytest.mark.parametrize("name", cli.PARTS)
def test_every_listed_part_has_commands(name: str) -> None:
    app = import_module(f"delivery.{name}.cli").app
    assert app.registered_commands or app.registered_groups


def test_every_part_with_a_command_line_is_listed() -> None:
    assert set(cli.PARTS) == {file.parent.name for file in (ROOT / "delivery").glob("*/cli.py")}


def test_parts_that_take_the_place_of_the_state_from_a_file_are_listed() -> None:
    assert set(cli._OF_A_CHAIN) <= set(cli.PARTS)


def test_a_mistyped_command_gets_a_suggestion() -> None:
    assert "No such command 'relaese'. Did you mean 'release'" in slipway("relaese", code=ExitCode.USAGE)


def test_the_version_is_the_projects() -> None:
    assert slipway("--version") == f"slipway {PROJECT['project']['version']}\n"


def test_the_console_script_is_the_modules_entry() -> None:
    entry = EntryPoint("slipway", PROJECT["project"]["scripts"]["slipway"], "console_scripts").load()
    assert entry is import_module("delivery.__main__").main


def test_the_build_uses_the_locked_setuptools() -> None:
    (required,) = PROJECT["build-system"]["requires"]
    assert f"\n{required} " in (ROOT / "delivery" / "requirements-pip.in").read_text(encoding="utf-8")


INTERRUPTED = """
import asyncio
import os
import signal
import sys

from delivery import __main__, cli


def command() -> None:
    # As one signal in thousands does: it comes while the loop of a finished operation is being closed.
    asyncio.BaseEventLoop.run_forever = lambda _loop: signal.raise_signal(signal.SIGINT)
    with asyncio.Runner() as runner:
        runner.get_loop()

cli.app = lambda **_: ENDING
__main__.main()
"""


@pytest.mark.parametrize(
    "ending", ["command()", "cli.typer.main.get_command(typer_app)()"], ids=["by itself", "through Typer"]
)
def test_an_interrupt_at_any_moment_prints_nothing_of_what_it_interrupted(ending: str) -> None:
    typed = "import typer\ntyper_app = typer.Typer()\ntyper_app.command()(command)\n"
    code = INTERRUPTED.replace("cli.app =", f"{typed}cli.app =").replace("ENDING", ending)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr.strip()) == (130, "", "")


@pytest.mark.parametrize("package", ["delivery", "slipway"])
def test_the_packages_offer_their_types(package: str) -> None:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    assert (Path(spec.origin).parent / "py.typed").exists()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with the script, and with a `make` and a `slipway` that print their arguments."""
    script = tmp_path / "slipway"
    script.write_bytes((ROOT / "slipway").read_bytes())
    for path, text in (("bin/make", 'echo made "$@"'), (".venv/bin/slipway", 'printf "<%s>" "$@"')):
        program = tmp_path / path
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        program.chmod(0o755)
    script.chmod(0o755)
    return tmp_path


def test_the_script_makes_the_environment_and_hands_arguments_on(checkout: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    link = elsewhere / "link"
    link.symlink_to(checkout / "slipway")
    path = {"PATH": f"{checkout / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [link, "model", "a b", ""], cwd=elsewhere, env=os.environ | path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "<model><a b><>"
    assert done.stderr == f"made --silent --no-print-directory -C {checkout} .venv/.local\n"
