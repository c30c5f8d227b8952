"""Only a model that is what its manifest says is ever opened."""

from pathlib import Path

import numpy as np
import pytest

from app.scoring.manifest import MANIFEST_FILE, MODEL_FILE, Manifest
from app.scoring.model import Model, ModelError, top
from tests.support import models
from tests.support.models import COLOURS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    models.write(tmp_path)
    return tmp_path


def _rewrite(folder: Path, **changes: object) -> None:
    found = Manifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())
    (folder / MANIFEST_FILE).write_text(found.model_copy(update=changes).to_json())


def test_a_changed_model_file_is_refused_with_both_hashes(folder: Path) -> None:
    path = folder / MODEL_FILE
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)

    with pytest.raises(ModelError, match=r"model\.onnx: found \d+ bytes with sha256 [0-9a-f]{64}; the manifest says"):
        Model.load(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "labels.txt").unlink()

    with pytest.raises(ModelError, match=r"labels\.txt: cannot be read"):
        Model.load(folder)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    written = models.write(tmp_path)
    (tmp_path / MODEL_FILE).write_bytes(b"not a model")
    facts = written.files | {MODEL_FILE: models._facts(tmp_path / MODEL_FILE)}
    _rewrite(tmp_path, files=facts)

    with pytest.raises(ModelError, match="onnxruntime cannot open it"):
        Model.load(tmp_path)


@pytest.mark.parametrize(
    ("part", "change", "says"),
    [
        ("output", {"classes": 7}, r"found 5 labels; the model has 7 classes"),
        ("output", {"name": "odds"}, r"its outputs are \['scores'\]; the manifest says 'odds'"),
        ("input", {"name": "image"}, r"its inputs are \['pixels'\]; the manifest says \['image'\]"),
        ("input", {"dtype": "float32"}, r"input pixels is tensor\(uint8\); the manifest says float32"),
    ],
)
def test_a_manifest_that_tells_of_another_model_is_refused(
    folder: Path, part: str, change: dict[str, object], says: str
) -> None:
    found = Manifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())
    _rewrite(folder, **{part: getattr(found, part).model_copy(update=change)})

    with pytest.raises(ModelError, match=says):
        Model.load(folder)


@pytest.mark.parametrize("logits", [False, True])
def test_answers_are_probabilities_whatever_the_model_gives(tmp_path: Path, logits: bool) -> None:  # noqa: FBT001  # a case
    models.write(tmp_path, logits=logits)
    model = Model.load(tmp_path)

    scores = model.primary(model.run(np.full((2, 32, 32, 3), 255, np.uint8)))

    assert scores.dtype == np.float32
    assert scores.sum(axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert model.labels[int(scores[0].argmax())] == "white"


def test_warming_up_accepts_a_model_that_answers_sense(folder: Path) -> None:
    Model.load(folder).warm_up()


def test_the_top_is_ordered_ties_by_index_and_never_longer_than_the_classes() -> None:
    scores = np.asarray([0.1, 0.4, 0.1, 0.4], np.float32)

    assert [index for index, _ in top(scores, 3)] == [1, 3, 0]
    assert len(top(scores, 10)) == 4
    assert all(type(value) is float for _, value in top(scores, 2))


def test_the_models_labels_are_the_lines_of_its_file(folder: Path) -> None:
    assert Model.load(folder).labels == tuple(COLOURS)
