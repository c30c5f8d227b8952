"""A project of two environments, and an empty subscription behind a strict stand-in for `az`."""

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jmespath
import pytest

from delivery import az as cli
from delivery.bootstrap import cli as command
from delivery.bootstrap import running
from delivery.paths import ROOT
from tests.support.az import cloud
from tests.support.az.answer import write_answer
from tests.support.az.parsing import AzureError, parse

ADMINS = "3f1c2b5e-6d0a-4f6e-9a53-1c7f0e8d2b41"


@dataclass
class Azure:
    """The stand-in inside this process; `calls` are the commands that it was given."""

    state: cloud.State
    calls: list[tuple[str, ...]]

    def __call__(self, *arguments: str, seconds: float = 0) -> Any:
        assert seconds >= 0
        self.calls.append(arguments)
        try:
            call = parse([*arguments, "--only-show-errors", "--output", "json"])
            return json.loads(write_answer(call, cloud.run(self.state, call, cloud.ADA)) or "null")
        except AzureError as error:
            raise cli.AzError(f"az {' '.join(arguments[:2])}: {error}") from None

    @property
    def changes(self) -> list[str]:
        """Commands that change something, as far as their words say which."""
        verbs = ("create", "register", "update", "add", "put")
        return [" ".join(call) for call in self.calls if any(verb in call for verb in verbs)]


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Azure:
    found = Azure(cloud.empty(), [])
    found.state["directory"][ADMINS] = {"name": "ml-platform", "members": []}
    monkeypatch.setattr(running, "az", found)
    monkeypatch.setattr(command, "az", found)
    monkeypatch.setattr(running, "PAUSE_SECONDS", 0)
    return found


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a project; the files that the commands write are in it too."""
    folder = tmp_path / "project"
    (folder / "app").mkdir(parents=True)
    shutil.copy(ROOT / "app" / "app.yaml", folder / "app")
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    for stack in ("dev", "prod"):
        shutil.copy(Path(__file__).parent / f"{stack}.yaml", folder / f"Pulumi.{stack}.yaml")
    monkeypatch.setattr(command, "ROOT", folder)
    monkeypatch.setattr(command, "FILE", folder / ".slipway" / "env")
    return folder


@pytest.fixture
def az_program(tmp_path: Path, azure: Azure, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`az` on PATH, on the same Azure as a file; returns the file."""
    file, folder = tmp_path / "azure.json", tmp_path / "bin"
    file.write_text(json.dumps(azure.state), encoding="utf-8")
    folder.mkdir()
    program = folder / "az"
    packages = Path(jmespath.__file__).parents[1]
    # Without `site`: its path files take longer than the stand-in itself.
    start = f"PYTHONPATH={ROOT}:{packages} exec {sys.executable} -S -m tests.support.az"
    program.write_text(f'#!/bin/sh\n{start} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("AZ_STATE", str(file))
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return file
