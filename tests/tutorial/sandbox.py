"""A checkout of its own, stand-ins for everything that a tutorial reaches, and one shell that goes through a page."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jmespath

from delivery.paths import ROOT
from tests.docs.support.console import Block
from tests.support.az import cloud
from tests.support.az.devops import empty_organization
from tests.support.sample import SAMPLE

_COPIED = (
    "delivery",
    "infra",
    "policy",
    "pipelines",
    "app/app.yaml",
    "slipway",
    "Makefile",
    "Pulumi.yaml",
    "pyproject.toml",
)
_FACTS = ("secretsprovider:", "encryptedkey:")
_MARK = "\x1e"


@dataclass(frozen=True)
class Ran:
    """A command that has ended: the block that it is of, its number in it, its exit code, and all that it printed."""

    block: int
    number: int
    code: int
    printed: str


@dataclass
class Sandbox:
    """A machine with a checkout."""

    folder: Path

    @property
    def checkout(self) -> Path:
        return self.folder / "checkout"

    @property
    def state_file(self) -> Path:
        return self.folder / "azure.json"

    @property
    def state(self) -> dict[str, Any]:
        """The Azure of the stand-ins, as it is now."""
        found: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
        return found

    def change(self, **facts: Any) -> None:
        """Set parts of the Azure of the stand-ins."""
        self.state_file.write_text(json.dumps(self.state | facts), encoding="utf-8")

    def run(self, blocks: list[Block]) -> list[Ran]:
        """Run the blocks in one shell, up to the first command that fails."""
        lines = []
        for index, block in enumerate(blocks):
            person = cloud.BOB if block.reviewer else cloud.ADA
            for number, command in enumerate(block.commands):
                lines += [
                    f"export AZ_PERSON={person}",
                    command.text,
                    f"code=$?; printf '{_MARK}%s {index} {number}\\n' $code",
                ]
                lines += ["[ $code = 0 ] || exit $code"]
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", "exec 2>&1\n" + "\n".join(lines)],
            cwd=self.checkout,
            env=self._variables(),
            capture_output=True,
            text=True,
            check=False,
        )
        return list(map(_read, done.stdout.split(_MARK)[:-1], done.stdout.split(_MARK)[1:]))

    def _variables(self) -> dict[str, str]:
        variables = {
            "PATH": f"{self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "AZ_STATE": str(self.state_file),
            "GIT_CONFIG_GLOBAL": str(self.folder / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        return variables | {name: os.environ[name] for name in ("TMPDIR",) if name in os.environ}


def _read(printed: str, ended: str) -> Ran:
    """Return a command from what stands before its mark and in it."""
    code, block, number = ended.splitlines()[0].split()
    before = printed.split("\n", 1)
    text = before[1] if len(before) > 1 and before[0].count(" ") == 2 and before[0][:1].isdigit() else printed
    return Ran(int(block), int(number), int(code), text)


def build_sandbox(folder: Path) -> Sandbox:
    """Return a machine on which nothing was done yet."""
    sandbox = Sandbox(folder)
    _copy_checkout(sandbox.checkout)
    (folder / "gitconfig").write_text("[user]\nname = Ada\nemail = ada@contoso.com\n", encoding="utf-8")
    (folder / "repositories").mkdir()
    state = cloud.empty() | {"devops": empty_organization(), "repositories": str(folder / "repositories")}
    sandbox.state_file.write_text(json.dumps(state), encoding="utf-8")
    packages = Path(jmespath.__file__).parents[1]
    # Without `site`, whose path files take longer than a stand-in itself.
    python = f"PYTHONPATH={ROOT}:{ROOT / 'infra'}:{packages} exec {sys.executable} -S"
    program(folder / "bin" / "az", f'{python} -m tests.support.az "$@"')
    program(folder / "bin" / "pulumi", f'{python} -m tests.support.pulumi "$@"')
    program(
        folder / "bin" / "make",
        f'for last; do :; done; grep -q "^$last:\\|^\\$(VENV)/${{last#.venv/}}:" {ROOT}/Makefile',
    )
    own = f"PYTHONPATH={sandbox.checkout}:{sandbox.checkout / 'infra'}:{packages} exec {sys.executable} -S"
    program(sandbox.checkout / ".venv" / "bin" / "slipway", f'{own} -m delivery "$@"')
    program(folder / "bin" / "slipway", f'exec {sandbox.checkout}/slipway "$@"')
    git = ["git", "-C", str(sandbox.checkout)]
    environment = sandbox._variables()
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["commit", "--quiet", "--message=Begin"],
    ):
        subprocess.run([*git, *words], env=environment, check=True)
    return sandbox


def program(path: Path, text: str) -> None:
    """Write an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def _copy_checkout(folder: Path) -> None:
    """Copy what the commands read. Compiled modules come along: they are valid by the times of their sources."""
    for name in _COPIED:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    for stack in ("dev", "prod"):
        text = (SAMPLE / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
        kept = [line for line in text.splitlines(keepends=True) if not line.startswith(_FACTS)]
        (folder / f"Pulumi.{stack}.yaml").write_text("".join(kept), encoding="utf-8")
    (folder / ".gitignore").write_text(".slipway/\n.venv/\n__pycache__/\nbootstrap.sh\n", encoding="utf-8")
