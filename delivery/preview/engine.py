"""A preview of the real engine: from a file, from a pipe, or run here."""

import shutil
import subprocess
import sys
from pathlib import Path

from delivery.failure import FailureError, NotFoundError
from delivery.paths import ROOT

from .engine_json import parse
from .model import Preview

COMMAND = ("pulumi", "preview", "--json", "--show-sames", "--non-interactive")
"""Unchanged resources are asked for too: only there does an engine tell of options such as protection."""


def from_file(name: str) -> Preview:
    """The preview in a file; `-` is standard input."""
    if name == "-":
        return parse(sys.stdin.buffer.read(), "standard input")
    try:
        return parse(Path(name).read_bytes(), name)
    except FileNotFoundError:
        raise NotFoundError(f"{name}: no such file; `pulumi preview --json > FILE` writes one") from None


def run(stack: str, root: Path = ROOT) -> Preview:
    """Ask the engine. It needs credentials; a preview that fails is shown as far as it came."""
    if shutil.which("pulumi") is None:
        raise FailureError(
            "pulumi is not on PATH; without --pulumi this commit is compared with --base, which needs none"
        )
    done = subprocess.run([*COMMAND, "--stack", stack], cwd=root, capture_output=True, check=False)
    if not done.stdout.strip():
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise FailureError(f"pulumi preview: {said[-1] if said else f'exit code {done.returncode}'}")
    return parse(done.stdout, "pulumi preview")
