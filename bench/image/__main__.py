"""`python -m bench.image`: what a change costs on the wire to the registry, and how large the image is and why."""

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console

from delivery.failure import FailureError
from delivery.image.engine import absence
from delivery.paths import MODEL, WORK

from .changes import measure
from .report import Report


def main() -> int:
    """0 when every target is met, 1 when one is missed, 2 when nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.image", description=__doc__)
    parser.add_argument("--registry", default=os.environ.get("REGISTRY", ""), help="host[:port]/repository to push to")
    parser.add_argument(
        "--base-image", default=os.environ.get("BASE_IMAGE", ""), help="without it, the Dockerfile's own"
    )
    parser.add_argument("--model", type=Path, default=MODEL, help="folder of a pulled model version")
    parser.add_argument("--json", type=Path, default=WORK / "bench" / "image.json", help="where the report goes")
    given = parser.parse_args()
    console = Console()
    if reason := absence() or ("" if given.registry else "--registry or REGISTRY names no place to push to"):
        console.print(f"nothing was measured: {reason}", style="bold red")
        return 2
    report = Report()
    try:
        measure(report, given.registry, given.base_image, given.model)
    except FailureError as failure:
        console.print(f"nothing more was measured: {failure}", style="bold red", markup=False)
        return 2
    report.show(console)
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(report.to_json(), encoding="utf-8")
    console.print(f"the report is in {given.json}")
    return 0 if report.met else 1


if __name__ == "__main__":
    sys.exit(main())
