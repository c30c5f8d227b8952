"""What a build sees of a model: the files of its manifest, proved, and nothing else."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery.failure import FailureError, IntegrityError
from delivery.image.context import alone, stage_model
from tests.support import models
from tests.support.apps import reread


def test_the_model_version_is_staged_alone(tmp_path: Path) -> None:
    manifest = reread(models.write(tmp_path / "model"))
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


def altered(data: bytes) -> bytes:
    return data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def oversized(data: bytes) -> bytes:
    return data + bytes(1_000_000)


@pytest.mark.parametrize("damage", [altered, truncated, oversized])
@pytest.mark.parametrize("name", ["model.onnx", "labels.txt"])
def test_a_file_that_is_not_its_manifests_is_refused_with_the_remedy_and_not_left_staged(
    tmp_path: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    models.write(tmp_path / "model")
    file = tmp_path / "model" / name
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(IntegrityError) as refused:
        stage_model(tmp_path / "model", tmp_path / "staged")
    first, remedy = str(refused.value).splitlines()
    assert first.startswith(f"{file}: is not the file of its manifest: found {file.stat().st_size} bytes")
    assert first.endswith("; nothing was built")
    assert remedy == f"pull the version again: slipway model pull --to {tmp_path / 'model'}"
    assert not (tmp_path / "staged").exists()


def test_a_file_of_another_size_is_not_even_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models.write(tmp_path / "model")
    os.truncate(tmp_path / "model" / "model.onnx", 1 << 40)  # sparse: a terabyte that takes no room
    copied: list[str] = []
    monkeypatch.setattr("shutil.copyfile", lambda source, _target: copied.append(source.name))
    with pytest.raises(IntegrityError, match=r"found 1099511627776 bytes, declared are \d+ bytes"):
        stage_model(tmp_path / "model", tmp_path / "staged")
    assert copied == ["manifest.json"]


def test_a_model_that_is_newer_than_its_manifest_is_refused(tmp_path: Path) -> None:
    models.write(tmp_path / "model", version="1")
    models.write(tmp_path / "newer", models.UINT8_NHWC.model_copy(update={"channels": "BGR"}), version="2")
    (tmp_path / "newer" / "model.onnx").replace(tmp_path / "model" / "model.onnx")
    with pytest.raises(IntegrityError, match=r"model\.onnx: is not the file of its manifest: .*another sha256"):
        stage_model(tmp_path / "model", tmp_path / "staged")


def test_a_manifest_of_a_newer_form_is_refused_with_both_remedies(tmp_path: Path) -> None:
    models.write(tmp_path / "model")
    manifest = tmp_path / "model" / "manifest.json"
    text = manifest.read_text(encoding="utf-8").replace("slipway.model/1", "slipway.model/2")
    manifest.write_text(text, encoding="utf-8")
    with pytest.raises(FailureError, match=r"(?s)format: .*found 'slipway\.model/2'.*update this checkout.*pull the"):
        stage_model(tmp_path / "model", tmp_path / "staged")


def test_two_builds_do_not_mix_their_models(tmp_path: Path) -> None:
    first, order = threading.Event(), []

    def second() -> None:
        first.wait()
        with alone(tmp_path):
            order.append("second")

    other = threading.Thread(target=second)
    other.start()
    with alone(tmp_path):
        first.set()
        time.sleep(0.1)
        order.append("first")
    other.join()
    assert order == ["first", "second"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    models.write(tmp_path / "model")
    (tmp_path / "model" / "labels.txt").unlink()
    with pytest.raises(FailureError, match=r"labels\.txt: cannot be copied: No such file"):
        stage_model(tmp_path / "model", tmp_path / "staged")


def test_without_a_pulled_model_the_message_says_how_to_pull_one(tmp_path: Path) -> None:
    with pytest.raises(FailureError, match="slipway model pull"):
        stage_model(tmp_path / "model", tmp_path / "staged")
