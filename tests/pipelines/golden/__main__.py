"""Write the golden files of the pipelines: `python -m tests.pipelines.golden`."""

import tempfile
from pathlib import Path

from .text import FOLDER, RUNS, render, write_checkout

with tempfile.TemporaryDirectory() as folder:
    root = Path(folder) / "checkout"
    write_checkout(root)
    for run in RUNS:
        (FOLDER / f"{run}.yml").write_text(render(root, run), encoding="utf-8")
