"""Promoting and rolling back, on every kind of place."""

import json

import pytest

from app.scoring.manifest import MODEL_FILE
from delivery.failure import ConflictError, IntegrityError, NotFoundError
from delivery.model.manifest import MANIFEST_FILE
from delivery.model.repository import POINTER_FILE, Repository
from delivery.model.store import Seen

from .candidates import NAME
from .commands import Publish
from .pulls import overwrite


def test_no_promote_leaves_the_live_version_alone(repository: Repository, published: Publish) -> None:
    published(b"a")
    publication = published(b"b", promote=False)

    assert (publication.manifest.version, publication.live) == ("2", False)
    assert _live(repository) == "1"


def test_no_promote_as_the_very_first_leaves_nothing_live(repository: Repository, published: Publish) -> None:
    assert not published(b"a", promote=False).live
    assert repository.find_pointer(NAME) is None


def test_promote_makes_any_version_live(repository: Repository, published: Publish) -> None:
    for model in (b"a", b"b"):
        published(model)

    pointer = repository.promote(NAME, "1")

    assert (pointer.live.version, pointer.live.by, pointer.live.replaced) == ("1", "promote", "2")
    assert _live(repository) == "1"


def test_promote_of_the_live_version_changes_nothing(repository: Repository, published: Publish) -> None:
    published(b"a")

    assert repository.promote(NAME, "1") == repository.pointer(NAME)
    assert repository.pointer(NAME).live.by == "publish"


def test_rollback_returns_to_what_was_live_before_not_to_the_number_before(
    repository: Repository, published: Publish
) -> None:
    for model in (b"a", b"b", b"c"):
        published(model)
    repository.promote(NAME, "1")

    assert repository.rollback(NAME).live.version == "3"
    assert repository.rollback(NAME).live.version == "2"
    assert repository.rollback(NAME).live.version == "1"
    with pytest.raises(NotFoundError, match="version 1 is live and nothing was before it"):
        repository.rollback(NAME)


def test_rollback_from_another_version_than_the_live_one_is_refused(repository: Repository, published: Publish) -> None:
    for model in (b"a", b"b"):
        published(model)

    with pytest.raises(ConflictError, match="version 2 is live, not 1; nothing was changed"):
        repository.rollback(NAME, live="1")
    assert repository.rollback(NAME, live="2").live.version == "1"


def test_rollback_to_a_version_that_was_damaged_is_refused(repository: Repository, published: Publish) -> None:
    for model in (b"aaaa", b"b"):
        published(model)
    overwrite(repository, f"{NAME}/1/{MODEL_FILE}", b"aaab")

    with pytest.raises(IntegrityError, match=r"colours/1/model\.onnx: does not match its manifest"):
        repository.rollback(NAME)
    assert _live(repository) == "2"


def test_promote_of_a_version_that_lost_a_file_is_refused(repository: Repository, published: Publish) -> None:
    published(b"a")
    manifest = published(b"b").manifest
    overwrite(repository, f"{NAME}/3/{MANIFEST_FILE}", manifest.model_copy(update={"version": "3"}).to_json().encode())

    with pytest.raises(NotFoundError, match=r"colours/3/model\.onnx: does not exist"):
        repository.promote(NAME, "3")
    assert _live(repository) == "2"


def test_a_version_that_changed_since_it_went_live_is_not_served(repository: Repository, published: Publish) -> None:
    manifest = published(b"a").manifest
    other = published(b"b", promote=False).manifest
    forged = other.model_copy(update={"version": manifest.version})
    overwrite(repository, f"{NAME}/1/{MANIFEST_FILE}", forged.to_json().encode())

    with pytest.raises(IntegrityError, match="version 1 is not what went live"):
        repository.live_manifest(NAME)


def test_a_write_whose_answer_was_lost_counts_as_written(
    repository: Repository, published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client sends it again, and the store refuses the repetition because of the first."""
    published(b"a")
    published(b"b")
    replace = repository.store.replace

    def answer_lost(path: str, data: bytes, seen: Seen) -> bool:
        assert replace(path, data, seen)
        return replace(path, data, seen)

    monkeypatch.setattr(repository.store, "replace", answer_lost)

    assert repository.rollback(NAME).live.version == "1"
    assert _live(repository) == "1"


def test_a_slow_publisher_does_not_take_a_newer_version_off(repository: Repository, published: Publish) -> None:
    published(b"a")
    slow = published(b"b", promote=False).manifest
    published(b"c")

    assert repository.promote_published(slow).live.version == "3"


def test_rollback_gives_way_to_whoever_switched_meanwhile(
    repository: Repository, published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    for model in (b"a", b"b", b"c"):
        published(model)
    verify = repository.verify

    def switched_meanwhile(*arguments: object) -> None:
        monkeypatch.undo()
        repository.rollback(NAME)
        verify(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(repository, "verify", switched_meanwhile)

    with pytest.raises(ConflictError, match="another process switched the live version meanwhile"):
        repository.rollback(NAME)
    assert _live(repository) == "2"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "EOF while parsing"),
        (b"[]", "Input should be an object"),
        (b'{"live": {}}', "live.version: Field required"),
        (b"\xff\xfe", "Invalid JSON"),
        (b"x" * 100_000, "has 100000 bytes, at most 65536 are allowed"),
    ],
)
def test_a_pointer_that_is_none_is_named(repository: Repository, published: Publish, data: bytes, fault: str) -> None:
    published(b"a")
    overwrite(repository, f"{NAME}/{POINTER_FILE}", data)

    with pytest.raises(IntegrityError) as refused:
        repository.live_manifest(NAME)
    assert fault in str(refused.value)
    assert f"{NAME}/{POINTER_FILE}" in str(refused.value)


@pytest.mark.parametrize("version", ["../../secret", "0", "-1", "01", "1/..", "1.0", "9999999999", "", 1])
def test_a_pointer_to_anything_but_a_number_is_refused(
    repository: Repository, published: Publish, version: object
) -> None:
    pointer = published(b"a").pointer
    assert pointer is not None
    forged = json.loads(pointer.to_json())
    forged["live"]["version"] = version
    overwrite(repository, f"{NAME}/{POINTER_FILE}", json.dumps(forged).encode())

    with pytest.raises(IntegrityError, match=r"live\.version"):
        repository.live_manifest(NAME)


def _live(repository: Repository) -> str:
    return repository.pointer(NAME).live.version
