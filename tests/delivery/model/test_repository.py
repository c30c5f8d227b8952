"""Publishing and listing, on every kind of place."""

from pathlib import Path

import pytest

from delivery.failure import ConflictError, NotFoundError
from delivery.model.manifest import MANIFEST_FILE
from delivery.model.repository import Repository

from .candidates import NAME
from .commands import Publish
from .pulls import overwrite


def test_first_version_is_1_and_live(repository: Repository, published: Publish) -> None:
    publication = published(b"a")

    assert (publication.manifest.version, publication.created, publication.live) == ("1", True, True)
    assert repository.names() == [NAME]
    assert repository.numbers(NAME) == [1]
    assert repository.live_manifest(NAME) == publication.manifest


def test_an_empty_repository_says_what_is_missing(repository: Repository) -> None:
    assert repository.names() == []
    assert repository.find_pointer(NAME) is None
    with pytest.raises(NotFoundError, match="no version of colours is live"):
        repository.live_manifest(NAME)
    with pytest.raises(NotFoundError, match="colours version 1 does not exist"):
        repository.manifest(NAME, "1")
    with pytest.raises(NotFoundError, match="no version of colours is live"):
        repository.rollback(NAME)


def test_versions_count_up_and_the_newest_is_live(repository: Repository, published: Publish) -> None:
    for model in (b"a", b"b", b"c"):
        published(model)

    assert repository.numbers(NAME) == [1, 2, 3]
    assert _live(repository) == "3"
    assert [life.version for life in repository.pointer(NAME).previous] == ["2", "1"]


def test_the_same_model_again_is_no_new_version(repository: Repository, published: Publish) -> None:
    published(b"a")
    published(b"b")
    again = published(b"a")

    assert (again.manifest.version, again.created, again.live) == ("1", False, False)
    assert repository.numbers(NAME) == [1, 2]
    assert _live(repository) == "2"


def test_a_new_description_of_the_same_model_is_a_new_version(published: Publish) -> None:
    published(b"a", title="one")

    assert published(b"a", title="two").manifest.version == "2"


def test_a_publisher_that_broke_off_costs_a_number_and_nothing_else(
    repository: Repository, published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(b"a")
    with monkeypatch.context() as patch:
        patch.setattr(repository.store, "upload", _broken)
        with pytest.raises(ConnectionError):
            published(b"b")

    assert repository.entry(NAME, "2").fault == "not finished: being published, or broken off"
    assert _live(repository) == "1"
    with pytest.raises(NotFoundError, match="version 2 was begun and never finished"):
        repository.promote(NAME, "2")
    assert published(b"b").manifest.version == "3"


def test_a_damaged_old_version_does_not_stop_publishing(repository: Repository, published: Publish) -> None:
    published(b"a")
    overwrite(repository, f"{NAME}/1/{MANIFEST_FILE}", b"not json")

    assert published(b"b").manifest.version == "2"
    assert "Invalid JSON" in repository.entry(NAME, "1").fault


def test_a_number_that_others_took_since_it_was_looked_up_is_passed_over(
    repository: Repository, published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(b"a")
    published(b"b")
    monkeypatch.setattr(repository, "numbers", lambda _: [])

    assert published(b"c").manifest.version == "3"


def test_a_manifest_that_appears_under_our_own_number_is_never_written_over(
    repository: Repository, published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = published(b"a").manifest.model_copy(update={"version": "2"})
    upload = repository.store.upload

    def intrude(path: str, file: Path) -> None:
        upload(path, file)
        overwrite(repository, f"{NAME}/2/{MANIFEST_FILE}", theirs.to_json().encode())

    monkeypatch.setattr(repository.store, "upload", intrude)

    with pytest.raises(ConflictError, match="another process wrote it; versions never change"):
        published(b"b")
    assert repository.manifest(NAME, "2") == theirs


def _live(repository: Repository) -> str:
    return repository.pointer(NAME).live.version


def _broken(*_: object) -> None:
    raise ConnectionError("the machine went away")
