"""Pulling what somebody else has put there."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.scoring.manifest import MODEL_FILE
from delivery.failure import IntegrityError
from delivery.model.cache import Cache
from delivery.model.limits import MAX_FILE_BYTES
from delivery.model.manifest import MANIFEST_FILE
from delivery.model.repository import Repository

from .candidates import NAME, read_all
from .pulls import overwrite, publish_bytes, pull_live


@pytest.mark.parametrize(
    ("model", "found"),
    [(b"aaab", "read 4 bytes"), (b"aaa", "read 3 bytes"), (b"aaaaa", "read 5 bytes"), (b"", "read 0 bytes")],
)
def test_a_model_that_is_not_what_its_manifest_says_is_refused_and_forgotten(
    repository: Repository, tmp_path: Path, to: Path, cache: Cache, model: bytes, found: str
) -> None:
    publish_bytes(repository, tmp_path, b"first")
    pull_live(repository, to, cache)
    manifest = publish_bytes(repository, tmp_path, b"aaaa")
    overwrite(repository, f"{NAME}/2/{MODEL_FILE}", model)

    with pytest.raises(IntegrityError, match=rf"colours/2/model\.onnx: does not match its manifest; {found}"):
        pull_live(repository, to, cache)
    assert read_all(to)[1] == b"first"
    assert not (cache.root / "sha256" / manifest.sha256).exists()
    assert not (cache.root / "partial" / manifest.sha256).exists()


def test_an_endless_model_is_broken_off_where_its_manifest_ends(
    folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = publish_bytes(folder_repository, tmp_path, b"aaaa")
    sent = []

    def endless(*_: object) -> Iterator[bytes]:
        while True:
            sent.append(b"aaa")
            assert len(sent) < 10, "still reading"
            yield b"aaa"

    monkeypatch.setattr(folder_repository.store, "chunks", endless)

    with pytest.raises(IntegrityError, match="read 6 bytes"):
        pull_live(folder_repository, to, cache)
    with pytest.raises(IntegrityError, match="read 6 bytes"):
        folder_repository.verify(manifest)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"files": {"../../evil": {"sha256": "0" * 64, "size": 1}}}, "files"),
        ({"files": {"/etc/passwd": {"sha256": "0" * 64, "size": 1}}}, "files"),
        ({"files": {MODEL_FILE: {"sha256": "../../evil", "size": 1}}}, f"files.{MODEL_FILE}.sha256"),
        ({"version": "2"}, "speaks of colours 2"),
        ({"version": "../1"}, "version"),
        ({"name": "other"}, "speaks of other 1"),
        ({"name": "../other"}, "name"),
        ({"main": "other.bin"}, "files lacks other.bin"),
        ({"format": "slipway.model/2"}, "format"),
    ],
)
def test_a_hostile_manifest_is_refused_with_its_place(
    folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache, change: dict[str, object], fault: str
) -> None:
    manifest = publish_bytes(folder_repository, tmp_path, b"a")
    forged = manifest.model_dump(mode="json") | change
    overwrite(folder_repository, f"{NAME}/1/{MANIFEST_FILE}", json.dumps(forged).encode())

    with pytest.raises(IntegrityError) as refused:
        pull_live(folder_repository, to, cache)
    assert fault in str(refused.value)
    assert f"{NAME}/1/{MANIFEST_FILE}" in str(refused.value)
    assert not to.exists()
    assert not cache.root.exists()


def test_a_manifest_that_claims_more_than_any_model_has_is_refused_before_the_download(
    folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache
) -> None:
    forged = publish_bytes(folder_repository, tmp_path, b"a").model_dump(mode="json")
    forged["files"][MODEL_FILE]["size"] = MAX_FILE_BYTES + 1
    overwrite(folder_repository, f"{NAME}/1/{MANIFEST_FILE}", json.dumps(forged).encode())

    with pytest.raises(IntegrityError, match=r"files\.model\.onnx\.size: found 17179869185, at most 17179869184"):
        pull_live(folder_repository, to, cache)
