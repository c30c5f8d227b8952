"""The platform imports nothing of an app: it reads the contract, and runs the commands in it."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.paths import ROOT

PLATFORM = ("delivery", "infra", "policy", "pipelines")


def imported(file: Path) -> Iterator[str]:
    """The names of the modules that a file imports, those inside functions too."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


@pytest.mark.parametrize("folder", PLATFORM)
def test_no_module_of_the_platform_imports_an_app(folder: str) -> None:
    found = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in (ROOT / folder).rglob("*.py")
        for name in imported(file)
        if name.partition(".")[0] == "app"
    }
    assert found == set()


def test_the_commands_start_where_there_is_no_app(tmp_path: Path) -> None:
    for folder in ("delivery", "infra", "policy"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    program = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(tmp_path / 'infra')!r}]; sys.modules['app'] = None; "
    )
    for command in ("--help", "model --help", "image --help", "release --help", "rehearse --help"):
        run = (
            f"{program}sys.argv = ['slipway', *{command.split()!r}]; from delivery.__main__ import run; sys.exit(run())"
        )
        done = subprocess.run([sys.executable, "-c", run], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "Usage" in done.stdout
