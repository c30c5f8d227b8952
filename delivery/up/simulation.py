"""The folder of the simulated Azure: its cloud, the stacks' state, and all that an engine needs to use both."""

import os
import secrets
import shutil
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from delivery.failure import FailureError, NotFoundError
from delivery.paths import ROOT, WORK, short
from delivery.preview import project
from delivery.release.command import Command
from delivery.simulator.cloud import Cloud
from delivery.simulator.ground import Ground
from delivery.simulator.plugins import PROVIDERS, engine_variables, write_plugin
from delivery.stack_file import read_mapping

from .programs import Program

FOLDER = WORK / "simulated"
_REMEDY = "slipway up --simulated --install-engine"
_ENCRYPTION = ("secretsprovider", "encryptedkey", "encryptionsalt")
"""Keys of a stack file that lead to the real state's encryption."""


@dataclass(frozen=True)
class Simulation:
    """One simulated Azure, with every stack that was brought up on it."""

    program: Program
    folder: Path = FOLDER
    root: Path = ROOT

    @property
    def cloud(self) -> Cloud:
        """Return the resources of all stacks."""
        return Cloud(self.folder / "cloud.sqlite")

    @property
    def state(self) -> Path:
        """Return the folder of the stacks' state, in the engine's own format."""
        return self.folder / "state"

    @property
    def project(self) -> project.Project:
        """Return the project whose stack files are brought up."""
        return project.read(self.root)

    @cached_property
    def pulumi(self) -> Command:
        """Return the engine in the project's folder."""
        return self._command(self.root)

    def prepare(self, stack: str) -> None:
        """Write the plugins, what people make by hand before a first `up`, and an empty stack. Raises FailureError."""
        config = self._config(stack)
        for provider in PROVIDERS:
            folder = self.folder / "home" / "plugins" / f"resource-{provider}-v{version(f'pulumi-{provider}')}"
            write_plugin(provider, self.cloud.file, folder)
        Ground(self.cloud).lay(config)
        if not self.has(stack):
            self._create(stack)

    def has(self, stack: str) -> bool:
        """Return True once the stack was created here."""
        return self._stack_state(stack).is_file() and self._salted(stack).is_file()

    def text(self, stack: str) -> str:
        """Return the stack file as it is, but with the encryption of this folder."""
        lines = (self.root / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if line.partition(":")[0] not in _ENCRYPTION]
        return "\n".join([*kept, self._salted(stack).read_text(encoding="utf-8").strip(), ""])

    def reset(self) -> None:
        """Remove everything of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _config(self, stack: str) -> dict[str, Any]:
        """Return the stack file's config. Raises FailureError with all its mistakes."""
        check(stack, self.project)
        file = self.root / f"Pulumi.{stack}.yaml"
        found: dict[str, Any] = read_mapping(file).get("config") or {}
        return found

    def _create(self, stack: str) -> None:
        """Create the stack beside the project: the engine writes its salt into the stack file of the current folder."""
        folder = self._salted(stack).parent
        command = self._command(folder)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.state.mkdir(exist_ok=True)
        settings = {"name": self.project.name, "runtime": "python"}
        (folder / "Pulumi.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        command.run("stack", "init", stack, "--non-interactive")

    def _salted(self, stack: str) -> Path:
        return self.folder / "stacks" / stack / f"Pulumi.{stack}.yaml"

    def _stack_state(self, stack: str) -> Path:
        return self.state / ".pulumi" / "stacks" / self.project.name / f"{stack}.json"

    def _command(self, folder: Path) -> Command:
        variables = engine_variables(self.folder / "home", self.state, self._passphrase(), os.environ)
        variables["PATH"] = os.pathsep.join([str(self.program.folder), variables.get("PATH", os.defpath)])
        # An engine prefers plugins on PATH, which reach the real Azure.
        variables["PULUMI_IGNORE_AMBIENT_PLUGINS"] = "true"
        return Command("pulumi", _REMEDY, folder=folder, variables=variables, alone=True)

    def _passphrase(self) -> str:
        """Return the passphrase of the state, made on first use. Raises NotFoundError where it was lost."""
        file = self.folder / "passphrase"
        if file.is_file():
            return file.read_text(encoding="utf-8")
        if self.state.exists():
            raise NotFoundError(
                f"{short(file)}: is not there, and the state beside it is encrypted with it; run: "
                "slipway up --simulated --reset"
            )
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(32), encoding="utf-8")
        return file.read_text(encoding="utf-8")


def check(stack: str, found: project.Project) -> None:
    """Raise FailureError with all mistakes of a stack file, which the engine would find half a minute later."""
    from slipway.config.load import parse  # noqa: PLC0415  # imports the SDK, half a second
    from slipway.config.problems import ConfigError  # noqa: PLC0415  # as the line before
    from slipway.contract import ContractError  # noqa: PLC0415  # as the line before

    try:
        parse(stack, found.config(stack), found.root)
    except (ConfigError, ContractError) as error:
        raise FailureError(str(error)) from None
