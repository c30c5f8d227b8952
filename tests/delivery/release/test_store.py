"""Releases and deployments in a store: a folder here, and one whole way through in each cloud's stand-in."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from delivery.failure import ConflictError, IntegrityError, NotFoundError
from delivery.model.location import parse_location
from delivery.model.repository import Repository
from delivery.model.store import open_store
from delivery.release.deployment import Ended, before, live
from delivery.release.store import ReleaseStore
from tests.delivery.examples.colours import EXAMPLES
from tests.delivery.model import stores

from .samples import COMMIT, DOCUMENTS, NOON, begun, release


@pytest.fixture
def store(tmp_path: Path) -> ReleaseStore:
    return ReleaseStore(open_store(parse_location(str(tmp_path / "releases")), create=True))


@pytest.fixture
def filled(store: ReleaseStore) -> ReleaseStore:
    """Three releases."""
    for number in (1, 2, 3):
        store.add(release(number), DOCUMENTS)
    return store


def test_a_release_is_found_with_its_documents(filled: ReleaseStore) -> None:
    assert filled.find(release(2).id) == release(2)
    assert filled.ids() == [release(number).id for number in (1, 2, 3)]
    for file, data in DOCUMENTS.items():
        seen = filled.store.read(f"_releases/{release(2).id}/{file}", limit=10_000)
        assert seen is not None
        assert seen.data == data


def test_the_examples_of_an_image_are_those_of_its_release(filled: ReleaseStore) -> None:
    assert filled.examples(release(2).image.digest) == EXAMPLES
    assert filled.examples("sha256:" + "ab" * 32) is None


def test_examples_that_were_exchanged_are_not_asked(filled: ReleaseStore) -> None:
    path = f"_releases/{release(2).id}/examples.json"
    seen = filled.store.read(path, limit=10_000)
    assert seen is not None
    assert filled.store.replace(path, b"{}", seen)
    with pytest.raises(IntegrityError, match=r"examples\.json: is not the document that release\.json declares"):
        filled.examples(release(2).image.digest)


def test_the_newest_is_the_one_that_was_recorded_last(filled: ReleaseStore) -> None:
    assert filled.newest() == release(3) == filled.get("latest")


def test_an_empty_store_has_no_newest(store: ReleaseStore) -> None:
    assert store.newest() is None
    assert (store.ids(), store.environments(), list(store.history("dev"))) == ([], [], [])
    with pytest.raises(NotFoundError, match="no release latest"):
        store.get("latest")


@pytest.mark.parametrize(
    "name",
    [
        release(2).id,
        release(2).id[:16],
        release(2).image.digest,
        release(2).image.digest[7:19],
        "2026.2",
    ],
)
def test_a_release_is_found_by_whatever_names_it(filled: ReleaseStore, name: str) -> None:
    assert filled.get(name) == release(2)


def test_a_name_that_means_several_is_refused_with_all_of_them(filled: ReleaseStore) -> None:
    with pytest.raises(ConflictError, match=rf"{COMMIT} may be any of .*{release(1).id}.*; name one"):
        filled.get(COMMIT)


def test_a_name_that_means_none_says_how_to_see_all(filled: ReleaseStore) -> None:
    with pytest.raises(NotFoundError, match="no release nonsense; slipway release list"):
        filled.get("nonsense")


def test_a_release_is_kept_once_and_never_changes(filled: ReleaseStore) -> None:
    filled.add(release(1), DOCUMENTS)  # the same again is no error: an answer may have been lost
    changed = release(1).model_copy(update={"commit": "d" * 40})
    with pytest.raises(ConflictError, match=r"release\.json: is there already, with another content"):
        filled.add(changed, DOCUMENTS)
    assert filled.find(release(1).id) == release(1)


def test_documents_that_are_not_the_releases_are_refused_before_anything_is_kept(store: ReleaseStore) -> None:
    with pytest.raises(IntegrityError, match=r"sbom\.cdx\.json: is not the document of release"):
        store.add(release(1), {**DOCUMENTS, "sbom.cdx.json": b"other"})
    assert store.find(release(1).id) is None


def test_a_recording_that_broke_off_is_no_release(store: ReleaseStore) -> None:
    store.store.create(f"_releases/{release(1).id}/sbom.cdx.json", DOCUMENTS["sbom.cdx.json"])
    assert store.ids() == [release(1).id]
    assert store.find(release(1).id) is None
    assert store.newest() is None


def test_a_damaged_record_is_named(filled: ReleaseStore) -> None:
    seen = filled.store.read(f"_releases/{release(1).id}/release.json", limit=1 << 20)
    assert seen
    filled.store.replace(f"_releases/{release(1).id}/release.json", b'{"format": "slipway.release/1"}', seen)
    with pytest.raises(IntegrityError, match=rf"{release(1).id}/release\.json: id: Field required"):
        filled.find(release(1).id)


def test_the_same_place_may_hold_models_too(filled: ReleaseStore) -> None:
    filled.begin(begun(release(1)))
    assert Repository(filled.store).names() == []


@pytest.mark.parametrize("kind", ["s3", "az"])
def test_a_release_goes_the_same_way_in_the_cloud(kind: str, tmp_path: Path) -> None:
    with in_the_cloud(kind, tmp_path) as url:
        store = ReleaseStore(open_store(parse_location(url)))
        store.add(release(1), DOCUMENTS)
        store.add(release(2, previous=release(1)), DOCUMENTS)
        attempts = [store.begin(begun(release(number))) for number in (1, 2)]
        for attempt in attempts:
            store.end(attempt, Ended(outcome="succeeded", ended=NOON))
        with pytest.raises(ConflictError):
            store.end(attempts[0], Ended(outcome="failed", ended=NOON))
        newest, now, then = store.newest(), live(store.history("dev")), before(store.history("dev"))
        assert newest == release(2, previous=release(1))
        assert now == attempts[1]
        assert then == attempts[0]


@contextmanager
def in_the_cloud(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty place in a cloud's stand-in."""
    if kind == "s3":
        with stores.s3_server():
            yield "s3://models/releases"
    elif command := stores.azurite():
        with stores.azure_server(command, folder / "azurite"):
            yield f"az://{stores.ACCOUNT}/models/releases"
    else:
        pytest.skip("azurite-blob is not on PATH (npm install azurite): releases were not tested on Azure Blob")


def test_deployments_are_numbered_and_ended_once(filled: ReleaseStore) -> None:
    first = filled.begin(begun(release(1)))
    second = filled.begin(begun(release(2)))
    assert (first.number, second.number) == (1, 2)
    filled.end(first, Ended(outcome="succeeded", ended=NOON))
    history = filled.history("dev")
    assert [(one.begun.number, one.succeeded) for one in history] == [(1, True), (2, False)]
    now = live(history)
    assert now is not None
    assert now.release == release(1).id
    with pytest.raises(ConflictError, match=r"1/ended\.json: is there already"):
        filled.end(first, Ended(outcome="failed", ended=NOON))
    assert filled.environments() == ["dev"]


def test_the_tenth_deployment_comes_after_the_ninth(filled: ReleaseStore) -> None:
    for _ in range(11):
        filled.begin(begun(release(1)))
    assert [one.begun.number for one in filled.history("dev")] == list(range(1, 12))


def test_in_an_incident_the_answer_is_known_after_few_reads(
    store: ReleaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 31):
        store.add(release(number), DOCUMENTS)
        store.end(store.begin(begun(release(number))), Ended(outcome="succeeded", ended=NOON))
    reads: list[str] = []
    read = store.store.read

    def count(path: str, limit: int) -> Any:
        reads.append(path)
        return read(path, limit)

    monkeypatch.setattr(store.store, "read", count)

    assert store.get(release(7).id) == release(7)
    assert len(reads) == 1
    history = store.history("dev")
    now, then = live(history), before(history)
    assert (now and now.release, then and then.release) == (release(30).id, release(29).id)
    assert len(reads) == 1 + 2 + 4, "the live release takes two reads, and the one before it four"


def start(folder: Path, count: int) -> list[int]:
    """In a process of its own: begin some deployments; their numbers."""
    store = ReleaseStore(open_store(parse_location(str(folder))))
    return [store.begin(begun(release(1))).number for _ in range(count)]


def test_deployments_that_begin_at_once_get_a_number_each(tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        given = [pool.submit(start, tmp_path / "releases", 10) for _ in range(2)]
        numbers = [number for one in given for number in one.result(60)]
    assert sorted(numbers) == list(range(1, 21))
