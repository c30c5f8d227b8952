"""The command line: one application of the parts' own."""

import io
import os
import sys

import typer

from .failure import ExitCode, FailureError
from .image.cli import app as image
from .model.cli import app as model
from .pipelines.cli import app as pipelines
from .preview.cli import app as preview
from .rehearse.cli import rehearse
from .release.cli import app as release

app = typer.Typer(
    name="python -m delivery",
    help="What Slipway's pipelines and people run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(model, name="model")
app.add_typer(image, name="image")
app.add_typer(preview, name="preview")
app.add_typer(pipelines, name="pipelines")
app.add_typer(release, name="release")
app.command()(rehearse)


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
