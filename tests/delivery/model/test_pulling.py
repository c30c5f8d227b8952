"""Pulling: proved, cached, and in place as a whole."""

import resource
from pathlib import Path

import pytest

from app.scoring.manifest import LABELS_FILE, MODEL_FILE
from delivery.failure import FailureError
from delivery.model.cache import Cache
from delivery.model.manifest import MANIFEST_FILE
from delivery.model.repository import Repository

from .candidates import NAME, facts, read_all
from .pulls import MODEL, publish_bytes, pull_live, unreachable


def test_a_pull_brings_exactly_what_was_published(
    repository: Repository, tmp_path: Path, to: Path, cache: Cache
) -> None:
    manifest = publish_bytes(repository, tmp_path, MODEL)
    arrived: list[int] = []

    pulled = pull_live(repository, to, cache, arrived.append)

    assert read_all(to) == (manifest, MODEL, b"yes\nno\n")
    assert {path.name for path in to.iterdir()} == {MODEL_FILE, LABELS_FILE, MANIFEST_FILE}
    assert pulled.downloaded == sum(arrived) == len(MODEL) + len(b"yes\nno\n")
    assert [path.name for path in to.parent.iterdir()] == [to.name]


def test_an_unchanged_pull_reads_no_model_and_touches_nothing(
    repository: Repository, tmp_path: Path, to: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_bytes(repository, tmp_path, b"a")
    pull_live(repository, to, cache)
    before = {path.name: path.stat().st_mtime_ns for path in (to, *to.iterdir())}
    monkeypatch.setattr(repository.store, "chunks", unreachable)

    again = pull_live(repository, to, cache)

    assert (again.downloaded, again.changed) == (0, False)
    assert {path.name: path.stat().st_mtime_ns for path in (to, *to.iterdir())} == before


def test_what_the_cache_holds_is_not_downloaded_again(
    folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache
) -> None:
    publish_bytes(folder_repository, tmp_path, b"a" * 1000)
    pull_live(folder_repository, to, cache)
    publish_bytes(folder_repository, tmp_path, b"b" * 500)

    switched = pull_live(folder_repository, to, cache)
    folder_repository.rollback(NAME)
    back = pull_live(folder_repository, to, cache)

    assert (switched.downloaded, back.downloaded, back.changed) == (500, 0, True)
    assert read_all(to)[1] == b"a" * 1000


@pytest.mark.parametrize("file", [MODEL_FILE, LABELS_FILE, MANIFEST_FILE])
def test_a_pulled_file_that_was_changed_or_lost_is_mended(
    folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache, file: str
) -> None:
    manifest = publish_bytes(folder_repository, tmp_path, b"a")
    for damage in (lambda: (to / file).write_bytes(b"x"), (to / file).unlink):
        pull_live(folder_repository, to, cache)
        damage()

        assert pull_live(folder_repository, to, cache).changed
        assert read_all(to) == (manifest, b"a", b"yes\nno\n")


def test_a_changed_cache_is_noticed(folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache) -> None:
    publish_bytes(folder_repository, tmp_path, b"aaaa")
    pull_live(folder_repository, to, cache)
    (cache.root / "sha256" / facts(b"aaaa").sha256).write_bytes(b"aaab")
    (to / MODEL_FILE).unlink()

    assert pull_live(folder_repository, to, cache).downloaded == 4
    assert read_all(to)[1] == b"aaaa"


def test_a_folder_with_anything_else_in_it_is_left_alone(
    folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache
) -> None:
    publish_bytes(folder_repository, tmp_path, b"a")
    to.mkdir(parents=True)
    (to / "thesis.tex").write_text("years of work")

    with pytest.raises(FailureError, match=r"holds other files than a model version's: thesis\.tex"):
        pull_live(folder_repository, to, cache)
    assert (to / "thesis.tex").read_text() == "years of work"


def test_a_file_in_the_folders_place_is_left_alone(
    folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache
) -> None:
    publish_bytes(folder_repository, tmp_path, b"a")
    to.parent.mkdir()
    to.write_text("mine")

    with pytest.raises(FailureError, match="is not a folder"):
        pull_live(folder_repository, to, cache)
    assert to.read_text() == "mine"


def test_a_model_takes_its_room_once(folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache) -> None:
    manifest = publish_bytes(folder_repository, tmp_path, MODEL)
    pull_live(folder_repository, to, cache)
    assert (to / MODEL_FILE).samefile(cache.root / "sha256" / manifest.sha256)


def test_where_no_second_name_can_be_had_the_model_is_copied_and_proved(
    folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    manifest = publish_bytes(folder_repository, tmp_path, MODEL)
    pull_live(folder_repository, to, cache)
    assert read_all(to)[1] == MODEL
    assert not (to / MODEL_FILE).samefile(cache.root / "sha256" / manifest.sha256)


def test_a_disk_that_is_full_is_told_and_nothing_is_put_in_place(
    folder_repository: Repository, tmp_path: Path, to: Path, cache: Cache
) -> None:
    publish_bytes(folder_repository, tmp_path, MODEL)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(MODEL) // 2, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            pull_live(folder_repository, to, cache)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not to.exists()
    pull_live(folder_repository, to, cache)
    assert read_all(to)[1] == MODEL
