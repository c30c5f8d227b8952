"""One request's use of the model: decode, infer, and the time that each stage took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import picture
from .limits import Limits
from .model import Model, NotFiniteError
from .picture import Picture
from .problem import Problem


@dataclass(frozen=True)
class Bounds:
    """Bounds on one request: its pictures, and the bytes of its answer."""

    limits: Limits
    max_pictures: int
    max_answer_bytes: int


@dataclass
class Pipeline:
    """Decodes and infers for one request."""

    model: Model
    bounds: Bounds
    stages: dict[str, float] = field(default_factory=lambda: {"decode": 0.0, "inference": 0.0})
    """Seconds of each stage so far."""
    not_finite: bool = False
    """True once the model has given NaN or infinity."""

    def decode(self, data: bytes, *, place: str = "") -> Picture:
        """One picture. Raises Problem; `place` names the picture among several."""
        with self._timed("decode"):
            try:
                return picture.to_row(data, self.model.manifest.input, self.bounds.limits)
            except picture.PictureError as error:
                # Within a document the media type is the document's, and that was right: its content is at fault.
                unknown = place and isinstance(error, picture.UnknownFormatError)
                raise Problem(422 if unknown else error.status, _placed(place, error)) from None

    def infer(self, rows: NDArray[Any], *, place: str = "") -> dict[str, NDArray[np.float32]]:
        """Each output of the model, shape (n, classes), for rows of shape (n, ...). Raises Problem."""
        with self._timed("inference"):
            try:
                return self.model.run(rows)
            except NotFiniteError as error:
                self.not_finite = True
                raise Problem(422, _placed(place, error)) from None

    def classify(self, data: bytes, *, place: str = "") -> tuple[Picture, dict[str, NDArray[np.float32]]]:
        """One picture, and its row of each output, shape (classes,)."""
        decoded = self.decode(data, place=place)
        outputs = self.infer(decoded.row[np.newaxis], place=place)
        return decoded, {name: rows[0] for name, rows in outputs.items()}

    def check_count(self, count: int, place: str) -> None:
        """Refuse more pictures or rows than one request may hold. Raises Problem."""
        most = self.bounds.max_pictures
        if count > most:
            raise Problem(413, f"{place} holds {count} pictures; at most {most} are allowed in one request")

    def check_answer(self, size: int) -> None:
        """Refuse a request whose answer would take `size` bytes, before it is computed. Raises Problem."""
        most = self.bounds.max_answer_bytes
        if size > most:
            raise Problem(413, f"the answer would have about {size} bytes; at most {most} are allowed; ask for less")

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.stages[stage] += time.perf_counter() - start


def _placed(place: str, error: Exception) -> str:
    return f"{place}: {error}" if place else str(error)
