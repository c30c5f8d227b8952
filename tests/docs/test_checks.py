"""`.ci/run`: where the Docker engine comes from, and the exit code."""

import os
import subprocess
from pathlib import Path

import pytest

from delivery.paths import ROOT

FOUND = ("git", "npm", "chromium", "promtool", "azurite-blob", "apt-get")
"""Tools that the stand-in machine has, so that nothing is installed."""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Return a checkout with the script alone, beside a folder of stand-ins for every tool."""
    checkout = tmp_path / "checkout"
    (checkout / ".ci").mkdir(parents=True)
    (checkout / ".ci" / "run").write_bytes((ROOT / ".ci" / "run").read_bytes())
    for name in FOUND:
        program(tmp_path / "bin" / name, "exit 0")
    program(tmp_path / "bin" / "make", '[ "$1" = test ] && echo "made $BASE_IMAGE $TEST_REGISTRY" && exit 3; exit 0')
    program(tmp_path / "bin" / "docker", "exit 1")
    return tmp_path


def program(path: Path, text: str) -> Path:
    """Write an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def run(machine: Path, **variables: str) -> str:
    """Run the script; it must end with the code of `make test`."""
    inherited = {
        name: value for name, value in os.environ.items() if name not in ("ENGINE_UP", "BASE_IMAGE", "TEST_REGISTRY")
    }
    path = f"{machine / 'bin'}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", str(machine / "checkout" / ".ci" / "run")]
    done = subprocess.run(
        command, env=inherited | {"PATH": path} | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    return done.stdout


def test_a_script_of_the_environment_starts_the_engine(machine: Path) -> None:
    engine = program(machine / "up", "echo base image lab/python; echo registry 127.0.0.1:5000")
    assert "made lab/python 127.0.0.1:5000" in run(machine, ENGINE_UP=str(engine))


def test_the_environments_base_image_overrules_the_scripts(machine: Path) -> None:
    engine = program(machine / "up", "echo base image lab/python")
    assert "made mine " in run(machine, ENGINE_UP=str(engine), BASE_IMAGE="mine")


def test_a_script_that_fails_is_reported_and_the_checks_go_on(machine: Path) -> None:
    assert "it did not start" in run(machine, ENGINE_UP=str(program(machine / "up", "exit 1")))


def test_a_running_engine_is_used(machine: Path) -> None:
    program(machine / "bin" / "docker", "exit 0")
    assert "using the Docker engine that runs here" in run(machine)


def test_without_an_engine_the_variable_is_named(machine: Path) -> None:
    assert "name a script that starts one with ENGINE_UP" in run(machine)


def test_every_command_of_the_makefile_is_phony_and_listed() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", "")
    (phony,) = [line.split()[1:] for line in text.splitlines() if line.startswith(".PHONY:")]
    commands = [
        line.split(":")[0] for line in text.splitlines() if line[:1].isalpha() and ": " in line and "##" in line
    ]
    assert sorted(phony) == sorted(commands)
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [name for name in commands if f"make {name} " not in listed] == []
