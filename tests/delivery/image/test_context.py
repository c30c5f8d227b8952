"""What a build sees of a model: the files of its manifest, proved, and nothing else."""

from pathlib import Path

import pytest

from delivery.failure import FailureError, IntegrityError
from delivery.image.context import stage_model
from tests.support import models


def test_the_model_version_is_staged_alone(tmp_path: Path) -> None:
    manifest = models.write(tmp_path / "model")
    (tmp_path / "model" / "notes.txt").write_text("x", encoding="utf-8")
    assert stage_model(tmp_path / "model", tmp_path / "staged") == manifest
    assert sorted(path.name for path in (tmp_path / "staged").iterdir()) == [
        "labels.txt",
        "manifest.json",
        "model.onnx",
    ]


def test_what_an_earlier_build_staged_does_not_stay(tmp_path: Path) -> None:
    models.write(tmp_path / "model")
    (tmp_path / "staged").mkdir()
    (tmp_path / "staged" / "old.onnx").touch()
    stage_model(tmp_path / "model", tmp_path / "staged")
    assert not (tmp_path / "staged" / "old.onnx").exists()


@pytest.mark.parametrize("name", ["model.onnx", "labels.txt"])
def test_a_file_that_is_not_its_manifests_is_refused_by_name_and_not_left_staged(tmp_path: Path, name: str) -> None:
    models.write(tmp_path / "model")
    damaged = tmp_path / "model" / name
    data = bytearray(damaged.read_bytes())
    data[-2] ^= 1
    damaged.write_bytes(data)
    with pytest.raises(IntegrityError, match=rf"{name}: is not the file of its manifest: \d+ bytes with sha256"):
        stage_model(tmp_path / "model", tmp_path / "staged")
    assert not (tmp_path / "staged").exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    models.write(tmp_path / "model")
    (tmp_path / "model" / "labels.txt").unlink()
    with pytest.raises(FailureError, match=r"labels\.txt: cannot be copied: No such file"):
        stage_model(tmp_path / "model", tmp_path / "staged")


def test_without_a_pulled_model_the_message_says_how_to_pull_one(tmp_path: Path) -> None:
    with pytest.raises(FailureError, match="python -m delivery model pull"):
        stage_model(tmp_path / "model", tmp_path / "staged")
