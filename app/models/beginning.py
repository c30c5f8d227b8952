"""Beginning with a model: a publishable folder from an ONNX file, and examples from pictures."""

import http.client
import itertools
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, Field, ValidationError

from app.scoring.manifest import LABELS_FILE, MODEL_FILE

from . import drafting, labels
from .fault import FaultError

COMMENTED_FILE, DESCRIPTION_FILE = DESCRIPTION_FILES = ("model.yaml", "model.json")
"""An author's description, one of them."""
EXAMPLES = "examples"
AT_LEAST = "$at_least"
"""The operator of an example's answer that bounds a number from below."""
SHOWN = 3
_ANSWER_SECONDS = 30
_MARGIN = 0.1
"""An example that is written from an answer allows so much less: another machine rounds in another way."""


class Class(BaseModel):
    """A class of a picture, as the app answers."""

    label: str
    probability: float


class _Answer(BaseModel):
    classes: Annotated[tuple[Class, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Predicted:
    """The app's answer to a picture. `fault` is its refusal, with no classes then."""

    picture: Path
    classes: tuple[Class, ...]
    fault: str = ""

    def __str__(self) -> str:
        found = ", ".join(f"{one.label} {one.probability:.2f}" for one in self.classes)
        return f"{self.picture.name:13} {found or self.fault}"


def begin(file: Path, folder: Path) -> tuple[Path, int, int]:
    """Make `folder` publishable but for what only its author knows.

    Returns the description, how many of its lines are to be checked, and the number of labels. Raises FaultError, and
    replaces nothing that is there.
    """
    if not file.is_file():
        raise FaultError(f"{file}: no such file; init needs an ONNX file")
    names = [*DESCRIPTION_FILES, LABELS_FILE]
    there = [name for name in names if (folder / name).exists()]
    if (folder / MODEL_FILE).exists() and not (folder / MODEL_FILE).samefile(file):
        there.append(MODEL_FILE)
    if there:
        raise FaultError(f"{folder}: holds {', '.join(there)} already, and nothing is replaced; name another: --to")
    drafted = drafting.draft(file, drafting.name_of(folder / MODEL_FILE))
    classes = drafted.heads[0].classes
    text = drafting.describe(drafted)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / MODEL_FILE).exists():
        shutil.copyfile(file, folder / MODEL_FILE)
    (folder / LABELS_FILE).write_text("".join(f"{line}\n" for line in labels.placeholders(classes)), encoding="utf-8")
    (folder / COMMENTED_FILE).write_text(text, encoding="utf-8")
    return folder / COMMENTED_FILE, text.count(f"# {drafting.CHECK}"), classes


def predict(url: str, pictures: list[Path]) -> Iterator[Predicted]:
    """The first classes of each picture, or the refusal, of the app at `url`."""
    for picture in pictures:
        status, body = _classify(url, picture.read_bytes())
        try:
            classes = _Answer.model_validate_json(body).classes[:SHOWN]
        except ValidationError:
            yield Predicted(picture, (), f"answered {status}: {body[:200].decode(errors='replace')}")
        else:
            yield Predicted(picture, classes)


def _classify(url: str, picture: bytes) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_ANSWER_SECONDS)
    with closing(connection):
        connection.request("POST", "/v1/classify", picture)
        answer = connection.getresponse()
        return answer.status, answer.read()


def check_pictures(pictures: list[Path]) -> None:
    """Raise FaultError with every picture that is not there."""
    if missing := [str(picture) for picture in pictures if not picture.is_file()]:
        raise FaultError("\n".join(f"{name}: no such file" for name in missing))


def write_examples(folder: Path, predictions: list[Predicted]) -> list[Path]:
    """An example for each picture that was classified and has none yet, its first class as the right one."""
    target = folder / EXAMPLES
    written = []
    for one in predictions:
        data = one.picture.read_bytes()
        if not one.classes or data in [path.read_bytes() for path in target.glob(f"*{one.picture.suffix}")]:
            continue
        target.mkdir(exist_ok=True)
        name = _free_name(target, one.picture)
        (target / f"{name}{one.picture.suffix}").write_bytes(data)
        (target / f"{name}.yaml").write_text(_example(one, f"{name}{one.picture.suffix}"), encoding="utf-8")
        written.append(target / f"{name}.yaml")
    return written


def _free_name(target: Path, picture: Path) -> str:
    """A name for an example: its picture's, with its folder's before it where that is taken, as 1.png is soon."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", picture.stem).lstrip("._-")[:60] or "example"
    within = re.sub(r"[^A-Za-z0-9._-]+", "-", picture.resolve().parent.name).lstrip("._-")[:30] or "in"
    names = itertools.chain((plain, f"{within}-{plain}"), (f"{plain}-{number}" for number in itertools.count(2)))
    return next(name for name in names if not list(target.glob(f"{name}.*")))


def _example(one: Predicted, file: str) -> str:
    first = one.classes[0]
    least = round(max(0.0, first.probability - _MARGIN), 2)
    document = {
        "request": {"path": "/v1/classify", "file": file},
        "expect": {"json": {"classes": [{"label": first.label, "probability": {AT_LEAST: least}}]}},
    }
    said = f"# What the model said, not what is right: read it. It was sure to {first.probability:.2f}.\n"
    return said + yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
