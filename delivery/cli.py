"""The command line: one application of the parts' own."""

import io
import os
import sys
from importlib import import_module
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup

from .failure import ExitCode, FailureError

_PARTS = ("model", "image", "release", "preview", "pipelines", "drift", "mirror", "rehearse", "doctor")
_STYLE: dict[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False, "rich_markup_mode": None}


class _Parts(TyperGroup):
    """Loads a part when it is asked for: together they hold every library that any of them needs."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # Typer's own name for it
        del ctx
        return list(_PARTS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]  # noqa: ANN401 - Typer's commands have no public type
        if cmd_name not in _PARTS:
            return None
        part: typer.Typer = import_module(f"delivery.{cmd_name}.cli").app
        alone = typer.Typer(**_STYLE)
        alone.callback()(parts)
        if len(part.registered_commands) == 1 and not part.registered_groups:
            alone.registered_commands.extend(part.registered_commands)
        else:
            alone.add_typer(part, name=cmd_name)
        return typer.main.get_group(alone).get_command(ctx, cmd_name)


app = typer.Typer(name="python -m delivery", cls=_Parts, no_args_is_help=True, **_STYLE)


@app.callback()
def parts() -> None:
    """What Slipway's pipelines and people run."""


def main() -> None:
    """Run the command line. Failures are one message on stderr and their own exit code, never a stack trace."""
    # Importing onnxruntime writes an id into the home folder unless this is set before.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Unicode gets question marks, not a stack trace
    try:
        app()
    except FailureError as failure:
        print(f"error: {failure}", file=sys.stderr)  # noqa: T201 - the command line's own voice
        sys.exit(failure.code)
    except OSError as error:
        # Full disks and missing permissions can come from anywhere.
        place = f"{error.filename}: " if error.filename else ""
        print(f"error: {place}{error.strerror or error}", file=sys.stderr)  # noqa: T201 - as above
        sys.exit(ExitCode.FAILED)
