"""Shares of labelled photos on which a model is right, or two models agree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from app.scoring.limits import Limits
from app.scoring.manifest import Input
from app.scoring.picture import to_row

from .network import INPUT, OUTPUT
from .photos import Photo


@dataclass(frozen=True)
class Accuracy:
    """Counts over `photos` photos. `agreements` are photos with the same top class as the float model's."""

    photos: int
    top_1: int
    top_5: int
    agreements: int | None = None

    def metrics(self) -> dict[str, float]:
        """The counts as a manifest carries them."""
        counts: dict[str, float] = {"photos": self.photos, "top_1": self.top_1, "top_5": self.top_5}
        return counts if self.agreements is None else {**counts, "agree_with_float": self.agreements}

    def __str__(self) -> str:
        text = f"{self.top_1} top-1 and {self.top_5} top-5 of {self.photos}"
        return text if self.agreements is None else f"{text}, {self.agreements} top classes as the float model"


def rows(pictures: Iterable[bytes], spec: Input) -> NDArray[np.uint8]:
    """The pictures as the serving app brings them to shape, one row each."""
    return np.stack([to_row(picture, spec, Limits()).row for picture in pictures])


def order_classes(model: bytes, pictures: NDArray[np.uint8]) -> NDArray[np.intp]:
    """The classes of each picture, most probable first: shape (pictures, classes)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    scores = np.concatenate([session.run([OUTPUT], {INPUT: row[np.newaxis]})[0] for row in pictures])
    return np.argsort(-scores, axis=1, kind="stable")


def measure(model: bytes, photos: Sequence[Photo], spec: Input, against: bytes | None = None) -> Accuracy:
    """The accuracy of `model` on `photos`, and its agreement with the model `against`."""
    pictures = rows((photo.read() for photo in photos), spec)
    orders = order_classes(model, pictures)
    ranks = [
        next(rank for rank, index in enumerate(order) if index in photo.classes)
        for order, photo in zip(orders, photos, strict=True)
    ]
    agreements = None
    if against is not None:
        agreements = int((orders[:, 0] == order_classes(against, pictures)[:, 0]).sum())
    return Accuracy(len(photos), sum(rank < 1 for rank in ranks), sum(rank < 5 for rank in ranks), agreements)
