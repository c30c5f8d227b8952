"""Run the build pipeline's test command in the checkout of each of five teams: `python -m tests.teams`.

`python -m tests.teams staging -- make unit ONLY=tests/infra` runs another command for one of them.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from delivery.paths import ROOT

from .team import TEAMS, Team

PREPARED = ("--old-file=.venv/.test", "--old-file=.venv/.run")
"""The copy uses the packages of this checkout, so make installs none."""


def pipeline_command() -> list[str]:
    """Return what the job `tests` of the build pipeline runs."""
    text = (ROOT / "pipelines" / "stages" / "build.yml").read_text(encoding="utf-8")
    (command,) = re.findall(r"- script: (make .+)\n +displayName: Tests\n", text)
    return shlex.split(command)


def copy_checkout(root: Path) -> None:
    """Copy the committed and the new files of this checkout, as a repository of one commit."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and name != ".venv":
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name, follow_symlinks=False)
    (root / ".venv").symlink_to(ROOT / ".venv")


def commit(root: Path) -> None:
    """Commit everything: a pipeline starts from a clean checkout."""
    with (root / ".git-exclude").open("w", encoding="utf-8") as file:
        file.write(".venv\n.git-exclude\n")
    who = ["-c", "user.name=team", "-c", "user.email=team@example.com", "-c", f"core.excludesFile={file.name}"]
    for words in (["init", "--quiet", "--initial-branch=main"], ["add", "--all"], ["commit", "--quiet", "-m", "Begin"]):
        subprocess.run(["git", *who, *words], cwd=root, check=True)


def judge(team: Team, command: list[str]) -> int:
    """Return the exit code of `command` in the team's checkout."""
    with tempfile.TemporaryDirectory(prefix=f"slipway-{team.name}-") as folder:
        root = Path(folder)
        copy_checkout(root)
        team.write(root)
        environment = {**os.environ, "PYTHONPATH": f"{root}:{root / 'infra'}"}
        written = subprocess.run(
            [sys.executable, "-m", "delivery", "pipelines"], cwd=root, env=environment, check=False
        ).returncode
        if written:
            return written
        commit(root)
        words = [command[0], *PREPARED, *command[1:]] if command[0] == "make" else command
        return subprocess.run(words, cwd=root, env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    """Judge the teams that are named, or all; return 1 where one is red."""
    names, _, after = " ".join(arguments).partition("--")
    command = shlex.split(after) or pipeline_command()
    chosen = [team for team in TEAMS if not names.split() or team.name in names.split()]
    codes = {}
    for team in chosen:
        sys.stdout.write(f"== {team.name}: {shlex.join(command)}\n")
        sys.stdout.flush()
        codes[team.name] = judge(team, command)
    for name, code in codes.items():
        sys.stdout.write(f"{name}: {'green' if code == 0 else f'red, exit code {code}'}\n")
    return 0 if chosen and not any(codes.values()) else 1


sys.exit(main(sys.argv[1:]))
