"""The command line `slipway`: one application, whose parts load when they are called."""

import io
import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from .failure import ExitCode, FailureError
from .paths import ROOT

NAME = "slipway"
PARTS = {
    "model": "Publish, list, pull, promote and roll back model versions.",
    "image": "Build the serving image, run it as in production, test it.",
    "release": "Record, list, show, deploy and roll back releases.",
    "preview": "Show what a change does before it is applied.",
    "pipelines": "Write pipelines/facts.yml from the stack files.",
    "drift": "Report what differs from the code; change nothing.",
    "recover": "Mend the state after an interrupted `pulumi up`; delete nothing.",
    "mirror": "Push new commits of another Git server to Azure Repos.",
    "rehearse": "Run model, image, release and rollback on this machine.",
    "tools": "Install the pinned programs of others that deploying needs.",
    "doctor": "List what this machine, Azure and Azure DevOps lack.",
}
"""Each part with its line in `slipway --help`; the part `model` is the module `delivery.model.cli`."""

_STYLE: dict[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False, "rich_markup_mode": None}
_EXIT_CODES = ", ".join(["0=success", *(f"{code.value}={code.name.lower().replace('_', '-')}" for code in ExitCode)])


class PartGroup(TyperGroup):
    """Load a part when it is called: together the parts import every library that any of them needs."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401  # Typer passes its own settings through
        super().__init__(**attributes)
        # Typer suggests a name for a mistyped one from these, and writes its help from their texts.
        self._listed = {name: TyperCommand(name, help=text) for name, text in PARTS.items()}
        self.commands = dict(self._listed)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]  # noqa: ANN401  # Typer's commands have no public type
        return load_part(ctx, cmd_name) if cmd_name in PARTS else None

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ANN401  # Typer's formatter has no public type
        """Write the list of parts without importing one."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(PARTS.items()))


def load_part(ctx: typer.Context, name: str) -> Any:  # noqa: ANN401  # Typer's commands have no public type
    """Import a part and return its command: a group, or the only command that it has."""
    part: typer.Typer = import_module(f"delivery.{name}.cli").app
    alone = typer.Typer(**_STYLE)
    alone.callback()(options)
    if len(part.registered_commands) == 1 and not part.registered_groups:
        alone.registered_commands.extend(part.registered_commands)
    else:
        alone.add_typer(part, name=name)
    return typer.main.get_group(alone).get_command(ctx, name)


app = typer.Typer(name=NAME, cls=PartGroup, no_args_is_help=True, epilog=f"Exit codes: {_EXIT_CODES}.", **_STYLE)


def version() -> str:
    """Return the version that pyproject.toml holds."""
    import tomllib  # noqa: PLC0415  # only this option parses TOML; each command would pay for the import

    project: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["version"]


def _print_version(asked: bool) -> None:  # noqa: FBT001  # the signature of an option's callback
    if asked:
        typer.echo(f"{NAME} {version()}")
        raise typer.Exit


@app.callback()
def options(
    *,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take a model and an app from a commit to a public endpoint on Azure.

    `slipway COMMAND --help` shows what a command takes.
    """
    del show_version


def main() -> None:
    """Run the command line. A failure is one message on stderr and its own exit code, never a stack trace."""
    # Importing onnxruntime writes an id into the home folder unless this is set before.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Unicode gets question marks, not a stack trace
    try:
        app(prog_name=NAME)
    except FailureError as failure:
        _end(str(failure), failure.code)
    except OSError as error:
        # Full disks and missing permissions can come from anywhere.
        place = f"{error.filename}: " if error.filename else ""
        _end(f"{place}{error.strerror or error}", ExitCode.FAILED)


def _end(message: str, code: int) -> None:
    sys.stderr.write(f"error: {message}\n")
    sys.exit(code)
