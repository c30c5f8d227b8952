"""The bench that a job is done on: one request's use of the model, with the time that each stage took."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import picture
from .limits import Limits
from .model import Model
from .picture import Picture
from .problem import Problem

_STATUS: dict[type[picture.PictureError], int] = {
    picture.UnknownFormatError: 415,
    picture.TooManyPixelsError: 413,
    picture.BadPictureError: 422,
}


class Bench:
    """Decodes and infers. `stages` holds the seconds of each stage so far."""

    def __init__(self, model: Model, limits: Limits) -> None:
        self.model = model
        self.limits = limits
        self.stages = {"decode": 0.0, "inference": 0.0}

    def decode(self, data: bytes, *, place: str = "") -> Picture:
        """One picture. Raises Problem; `place` names the picture among several."""
        start = time.perf_counter()
        try:
            return picture.to_row(data, self.model.manifest.input, self.limits)
        except picture.PictureError as error:
            raise _problem(error, place) from None
        finally:
            self.stages["decode"] += time.perf_counter() - start

    def infer(self, rows: NDArray[Any]) -> NDArray[np.float32]:
        """Probabilities of shape (n, classes) for rows of shape (n, ...)."""
        start = time.perf_counter()
        try:
            return self.model.predict(rows)
        finally:
            self.stages["inference"] += time.perf_counter() - start

    def classify(self, data: bytes, *, place: str = "") -> tuple[Picture, NDArray[np.float32]]:
        """One picture and its probabilities, shape (classes,)."""
        decoded = self.decode(data, place=place)
        return decoded, self.infer(decoded.row[np.newaxis])[0]


def _problem(error: picture.PictureError, place: str) -> Problem:
    status = _STATUS[type(error)]
    if not place:
        return Problem(status, str(error))
    # Within a document the media type is the document's, and that was right: what it holds cannot be processed.
    return Problem(422 if status == 415 else status, f"{place}: {error}")
