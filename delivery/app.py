"""The app that the commands work for: its contract, and where its files are."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from slipway.contract import Contract, ContractError, read
from slipway.contract.application import Application
from slipway.contract.checks import PLACEHOLDER
from slipway.contract.settings import Setting, Value
from slipway.contract.words import Fact

from .failure import FailureError, NotFoundError, UsageError
from .paths import ROOT, short
from .stack_file import read_mapping

CONTRACT_FILE = "app.yaml"
VARIABLE = "SLIPWAY_APP"
DEFAULT = "app"

AppOption = Annotated[
    Path | None,
    typer.Option("--app", envvar=VARIABLE, help="the app's folder, with its app.yaml; else that of the stack files"),
]
"""The one way in which commands name an app."""


@dataclass(frozen=True)
class App:
    """An app by its contract, and the file that holds it."""

    contract: Contract
    file: Path

    @property
    def folder(self) -> Path:
        """The folder of the contract."""
        return self.file.parent

    @property
    def context(self) -> Path:
        """The folder that the image's build sees, in which the contract's commands run."""
        return (self.folder / self.contract.image.context).resolve()

    @property
    def dockerfile(self) -> Path:
        """The image's recipe."""
        return self.folder / self.contract.image.dockerfile

    @property
    def staged(self) -> Path:
        """The folder from which the Dockerfile takes packages and model."""
        return self.context / ".slipway" / "image"

    @property
    def tag(self) -> str:
        """The image's name in the engine."""
        return f"{self.contract.image.repository}:local"

    @property
    def examples(self) -> Path | None:
        """The app's own examples, for model versions without any."""
        return self.folder / self.contract.examples if self.contract.examples else None

    def words(self, line: str, values: Mapping[str, str]) -> list[str]:
        """A command line of the contract in words, its placeholders replaced. `python` is the one that runs this."""
        words = [PLACEHOLDER.sub(lambda found: values[found[1]], word) for word in shlex.split(line)]
        return [sys.executable if word == "python" else word for word in words]

    def run(self, line: str, values: Mapping[str, str], more: Sequence[str] = ()) -> str:
        """Run a command line of the contract and return its output.

        Raises FailureError with what it printed where it does not end with 0.
        """
        words = [*self.words(line, values), *more]
        try:
            done = subprocess.run(
                words, cwd=self.context, env=environment(), capture_output=True, check=False, stdin=subprocess.DEVNULL
            )
        except OSError as error:
            raise FailureError(f"{words[0]}: cannot be run: {error.strerror}; {short(self.file)} names it") from None
        if done.returncode != 0:
            said = (done.stdout + done.stderr).decode(errors="replace").strip()
            raise FailureError(said or f"{line}: ended with exit code {done.returncode}")
        return done.stdout.decode(errors="replace")

    def variables(self, facts: Mapping[str, str | int | float]) -> dict[str, str]:
        """The variables of a trial: the facts that the contract asks for, and a value for each required setting."""
        chosen = {
            name: _first_choice(self.file, name, one) for name, one in self.contract.settings.items() if one.required
        }
        every: dict[str, str | int | float | None] = {fact: facts.get(fact) for fact in Fact}
        return Application(contract=self.contract, path=short(self.file), chosen=chosen).variables(every)

    @property
    def ready_path(self) -> str:
        """The path on the port of probes that is 200 while a replica can serve."""
        return self.contract.probes.readiness.path

    @property
    def own_variables(self) -> set[str]:
        """Every variable by which the platform or an environment steers the app."""
        contract = self.contract
        found = {*contract.environment, *(one.variable for one in contract.settings.values())}
        return found | ({contract.model.variable} if contract.model and contract.model.variable else set())


def _first_choice(file: Path, name: str, setting: Setting) -> Value:
    """The value that a trial runs with where each environment must choose one. Raises FailureError."""
    for found in (setting.default, *setting.choices, setting.least):
        if found is not None:
            return found
    raise FailureError(
        f"{short(file)}: settings.{name}: is required, and a trial needs a value for it too: give it a default, "
        "choices or least"
    )


def environment() -> dict[str, str]:
    """Variables for a program of the app's: without those that would lead it to the modules of this one."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONSTARTUP")}


def find_app(place: Path | None = None, *, stack: str = "") -> App:
    """The app in a folder, or of a contract's file; without one, that of the stack, or of all stack files.

    Raises FailureError.
    """
    if place is None:
        given = "" if stack else os.environ.get(VARIABLE)
        place = Path(given) if given else ROOT / _of_stacks(stack or "*")
    file = place / CONTRACT_FILE if place.is_dir() else place
    try:
        return App(read(file, shown_as=short(file)), file.resolve())
    except ContractError as error:
        raise FailureError(str(error)) from None
    except OSError as error:
        raise NotFoundError(
            f"{short(file)}: cannot be read: {error.strerror}; an app is a folder with {CONTRACT_FILE}, and is named "
            f"with --app FOLDER or {VARIABLE}"
        ) from None


def find_staged() -> Path | None:
    """The contract's file that the stack files name; None where they name several."""
    try:
        return (ROOT / _of_stacks("*")).resolve()
    except UsageError:
        return None


def _of_stacks(pattern: str) -> str:
    """The contract that these stack files name in slipway:app. Raises UsageError where they name several."""
    found = {_of_stack(path) for path in sorted(ROOT.glob(f"Pulumi.{pattern}.yaml"))} or {f"{DEFAULT}/{CONTRACT_FILE}"}
    if len(found) > 1:
        raise UsageError(f"the stack files run several apps ({', '.join(sorted(found))}); name one with --app FOLDER")
    return found.pop()


def _of_stack(path: Path) -> str:
    section = (read_mapping(path).get("config") or {}).get("slipway:app")
    if isinstance(section, str):
        try:
            section = json.loads(section)
        except ValueError:
            section = None
    named = section.get("contract") if isinstance(section, dict) else None
    return named if isinstance(named, str) else f"{DEFAULT}/{CONTRACT_FILE}"
