"""Records of images: written by one command, believed by the next only if they speak of the same image."""

from pathlib import Path

import pytest

from delivery.failure import IntegrityError
from delivery.image.blobs import Blobs
from delivery.image.oci import LAYER, Descriptor
from delivery.image.records import BuildRecord, Records, TestRecord
from tests.support import models
from tests.support.apps import reread

from .images import build_record, prove

IMAGE = "sha256:" + "1a" * 32


@pytest.fixture
def records(tmp_path: Path) -> Records:
    written = Records(tmp_path / "records")
    prove(written, IMAGE, reread(models.write(tmp_path / "model")))
    return written


def test_what_was_written_is_found_by_the_images_id(records: Records, tmp_path: Path) -> None:
    assert records.find(BuildRecord, IMAGE) == build_record(IMAGE, reread(models.write(tmp_path / "model")))
    assert records.find(BuildRecord, "sha256:" + "2b" * 32) is None


def test_a_record_that_no_longer_holds_is_forgotten(records: Records) -> None:
    records.forget(TestRecord, IMAGE)
    records.forget(TestRecord, IMAGE)
    assert records.find(TestRecord, IMAGE) is None
    assert records.find(BuildRecord, IMAGE) is not None


@pytest.mark.parametrize("text", ["", "{}", '{"image": "x"}'])
def test_a_damaged_record_says_what_to_do(records: Records, text: str) -> None:
    place = records.folder(IMAGE) / "tested.json"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(IntegrityError, match=rf"delete {place} and repeat the step that wrote it"):
        records.find(TestRecord, IMAGE)


def test_layers_are_remembered_by_what_is_in_them(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "records")
    blob = Descriptor(LAYER, IMAGE, 5)
    assert blobs.find("sha256:one") is None
    blobs.keep("sha256:one", blob)
    blobs.keep("sha256:two", blob)
    assert Blobs(tmp_path / "records").find("sha256:one") == blob


@pytest.mark.parametrize("text", ["", "[]", '{"sha256:one": 5}', '{"sha256:one": {"digest": "x"}}'])
def test_a_damaged_memory_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "blobs.json").write_text(text, encoding="utf-8")
    blobs = Blobs(tmp_path)
    assert blobs.find("sha256:one") is None
    blobs.keep("sha256:one", Descriptor(LAYER, IMAGE, 5))
    assert blobs.find("sha256:one") == Descriptor(LAYER, IMAGE, 5)
