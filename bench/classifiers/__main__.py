"""`python -m bench.classifiers`: classifiers of other people, described in model.json, beside their authors' own code.

Each is checked as `delivery model publish` checks it, and classifies the same picture files twice: by the serving app's
decoding and model, and by the package that ships it.
"""

import argparse
import contextlib
import io
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from rich.console import Console
from rich.table import Table

from app.scoring import picture
from app.scoring.limits import Limits
from app.scoring.manifest import LABELS_FILE, MODEL_FILE
from app.scoring.model import Model
from delivery.failure import FailureError
from delivery.model.candidate import DESCRIPTION_FILE
from delivery.model.folder import checked
from delivery.paths import WORK
from tests.support.apps import SAMPLE

from .authors import Answer
from .subjects import SUBJECTS, Subject

_ENVIRONMENT = "make bench-classifiers installs them"


@dataclass(frozen=True)
class Comparison:
    """The pictures with the same first class in every output, and the largest difference of a probability."""

    model: str
    pictures: int
    same: int
    difference: float
    different: tuple[int, ...]

    @property
    def met(self) -> bool:
        """Every picture got the same first class."""
        return self.same == self.pictures


def _write(subject: Subject, folder: Path) -> None:
    """The publishable folder, its weights in one file."""
    folder.mkdir()
    onnx.save(onnx.load(subject.path), folder / MODEL_FILE)
    (folder / LABELS_FILE).write_text("".join(f"{label}\n" for label in subject.labels), encoding="utf-8")
    (folder / DESCRIPTION_FILE).write_text(subject.describe().model_dump_json(indent=2), encoding="utf-8")


def _ours(model: Model) -> Callable[[bytes], Answer]:
    def classify(data: bytes) -> Answer:
        row = picture.to_row(data, model.manifest.input, Limits()).row
        return {name: values[0] for name, values in model.run(row[np.newaxis]).items()}

    return classify


def compare(subject: Subject) -> Comparison:
    """Both ways on every picture. Raises FailureError where the description is refused."""
    with TemporaryDirectory(prefix="slipway-classifiers-") as temporary:
        folder = Path(temporary) / "model"
        _write(subject, folder)
        with checked(folder, SAMPLE) as candidate:
            ours = _ours(Model.load(candidate.folder))
    # Some packages print what they load.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        theirs = subject.authors()
    files = subject.pictures()
    different, difference = [], 0.0
    for number, data in enumerate(files):
        found, expected = ours(data), theirs(data)
        assert found.keys() == expected.keys()
        difference = max([difference, *(float(np.abs(found[name] - expected[name]).max()) for name in found)])
        if any(found[name].argmax() != expected[name].argmax() for name in found):
            different.append(number)
    name = " ".join((subject.package, version(subject.package), subject.note)).strip()
    return Comparison(name, len(files), len(files) - len(different), difference, tuple(different))


def main() -> int:
    """0 when every first class is the authors', 1 when one is not, 2 when nothing could be compared."""
    parser = argparse.ArgumentParser(prog="python -m bench.classifiers", description=__doc__)
    names = list(dict.fromkeys(subject.package for subject in SUBJECTS))
    parser.add_argument("--only", choices=names, action="append", help="a package; may be repeated")
    parser.add_argument("--json", type=Path, default=WORK / "bench" / "classifiers.json", help="where the report goes")
    given = parser.parse_args()
    console = Console(soft_wrap=True)
    picture.harden()
    try:
        found = [compare(subject) for subject in SUBJECTS if subject.package in (given.only or names)]
    except (FailureError, ImportError) as error:
        console.print(f"nothing was compared: {error} ({_ENVIRONMENT})", style="bold red", highlight=False)
        return 2
    table = Table(title="the serving app beside the authors' own code", title_justify="left")
    for column in ("model", "pictures", "same first class", "largest difference"):
        table.add_column(column, justify="left" if column == "model" else "right")
    for one in found:
        table.add_row(one.model, str(one.pictures), str(one.same), f"{one.difference:.3f}")
    console.print(table)
    for one in found:
        if not one.met:
            console.print(f"MISSED: {one.model}: other first class on pictures {list(one.different)}", style="bold red")
    met = all(one.met for one in found)
    if met:
        console.print("met: every first class is the authors'", style="green")
    given.json.parent.mkdir(parents=True, exist_ok=True)
    report = {"classifiers": [asdict(one) | {"met": one.met} for one in found], "met": met}
    given.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
