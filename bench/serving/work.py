"""The work that every contender does on a photo: the app's own decoding and the app's own model, nothing else."""

from pathlib import Path

import numpy as np

from app.scoring import picture
from app.scoring.limits import Limits
from app.scoring.model import Model, top

MODEL_VARIABLE = "BENCH_MODEL"
"""Environment variable by which a contender's server process learns the model folder."""


class Work:
    """Classifies photos with the model version in `folder`."""

    def __init__(self, folder: Path) -> None:
        picture.harden()
        self._limits = Limits()
        self.model = Model.load(folder)
        self.model.warm_up()

    def classify(self, data: bytes) -> list[tuple[int, float]]:
        """The five most probable classes of one photo, as (index, probability)."""
        row = picture.to_row(data, self.model.manifest.input, self._limits).row
        return top(self.model.primary(self.model.run(row[np.newaxis]))[0], 5)

    def answer(self, data: bytes) -> dict[str, object]:
        """The same as a JSON object like the app's own."""
        manifest = self.model.manifest
        return {
            "model": {"name": manifest.name, "version": manifest.version, "sha256": manifest.sha256},
            "classes": [
                {"index": index, "label": self.model.labels[index], "probability": probability}
                for index, probability in self.classify(data)
            ],
        }
