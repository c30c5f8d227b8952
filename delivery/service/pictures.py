"""The sample pictures and what a right answer to each is."""

import http
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from app.scoring.manifest import ManifestError, parse
from delivery.failure import FailureError
from delivery.paths import PICTURES

from .client import classify
from .running import Running, failure

EXPECTED_FILE = "expected.json"


class Expected(BaseModel):
    """First labels that are right for a picture, and how sure of one the model must be at least."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: Annotated[tuple[str, ...], Field(min_length=1)]
    probability: Annotated[float, Field(ge=0, le=1)]


class _Pictures(RootModel[Annotated[dict[str, Expected], Field(min_length=1)]]):
    pass


class _Class(BaseModel):
    label: str
    probability: float


class _Answer(BaseModel):
    classes: Annotated[tuple[_Class, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Seen:
    """The answer to one picture. `fault` is empty where it is right."""

    picture: Path
    label: str
    probability: float
    milliseconds: float
    fault: str


def expected(folder: Path = PICTURES) -> Mapping[Path, Expected]:
    """The sample pictures of `folder`. Raises FailureError where they cannot be used."""
    place = folder / EXPECTED_FILE
    try:
        listed = parse(_Pictures, place.read_bytes(), str(place)).root
    except (OSError, ManifestError) as error:
        raise FailureError(f"{place}: cannot be used: {error}") from None
    if missing := [name for name in listed if not (folder / name).is_file()]:
        raise FailureError(f"{place}: names pictures that are not there: {', '.join(missing)}")
    return {folder / name: right for name, right in listed.items()}


def classify_all(running: Running, pictures: Mapping[Path, Expected]) -> Iterator[Seen]:
    """Each picture in turn, through HTTP. Raises ServiceError where the service gives no answer of the right form."""
    for picture, right in pictures.items():
        answer = classify(running, picture)
        if answer.status != http.HTTPStatus.OK:
            said = answer.body[:300].decode(errors="replace")
            raise failure(running, f"{picture.name}: answered {answer.status}, expected 200: {said}")
        try:
            first = _Answer.model_validate_json(answer.body).classes[0]
        except ValidationError as error:
            raise failure(running, f"{picture.name}: answered something else than classes: {error}") from None
        fault = _fault(first, right)
        yield Seen(picture, first.label, first.probability, answer.milliseconds, fault)


def _fault(first: _Class, right: Expected) -> str:
    if first.label not in right.labels:
        return f"expected {' or '.join(right.labels)}"
    if first.probability < right.probability:
        return f"expected at least {right.probability:.2f}"
    return ""
