"""What each kind of place says when it does not do what was asked."""

import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest

from delivery.failure import FailureError, IntegrityError, NotFoundError
from delivery.model import store
from delivery.model.location import parse_location
from delivery.model.repository import Repository
from delivery.model.store import Store, open_store
from tests.support.service import free_port

from .stores import ACCOUNT


def _open(url: str) -> Store:
    return open_store(parse_location(url))


def test_an_object_is_read_whole_or_from_an_offset(repository: Repository) -> None:
    assert repository.store.create("name/object", b"0123456789")

    found = repository.store.read("name/object", limit=10)

    assert found is not None
    assert found.data == b"0123456789"
    assert b"".join(repository.store.chunks("name/object")) == b"0123456789"
    assert b"".join(repository.store.chunks("name/object", offset=7)) == b"789"
    assert repository.store.folders() == ["name"]
    assert repository.store.folders("name") == []


def test_an_object_beyond_its_limit_is_refused_with_both_numbers(repository: Repository) -> None:
    repository.store.create("object", b"0123456789")

    with pytest.raises(IntegrityError, match="/object: has 10 bytes, at most 9 are allowed"):
        repository.store.read("object", limit=9)


def test_an_object_that_is_not_there_is_none_or_named(repository: Repository) -> None:
    assert repository.store.read("object", limit=9) is None
    with pytest.raises(NotFoundError, match="/object: does not exist"):
        list(repository.store.chunks("object"))


def test_what_exists_is_not_created_again(repository: Repository) -> None:
    assert repository.store.create("object", b"first")
    assert not repository.store.create("object", b"second")
    assert b"".join(repository.store.chunks("object")) == b"first"


def test_what_changed_since_it_was_seen_is_not_replaced(repository: Repository) -> None:
    repository.store.create("object", b"1")
    seen = repository.store.read("object", limit=9)
    assert seen is not None

    assert repository.store.replace("object", b"a longer one", seen)
    assert not repository.store.replace("object", b"3", seen)
    assert b"".join(repository.store.chunks("object")) == b"a longer one"


@pytest.mark.usefixtures("azure_url")
def test_a_container_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFoundError, match=r"az://devstoreaccount1/absent/name/object: the container, bucket or"):
        _open(f"az://{ACCOUNT}/absent").create("name/object", b"")


@pytest.mark.usefixtures("s3_url")
def test_a_bucket_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFoundError, match=r"s3://absent/name/object: the container, bucket or folder does not exist"):
        _open("s3://absent").create("name/object", b"")


@pytest.mark.usefixtures("azure_url")
def test_refused_credentials_come_with_the_way_to_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "d3Jvbmc=")

    with pytest.raises(FailureError, match="az login") as refused:
        _open(f"az://{ACCOUNT}/models").read("object", limit=9)
    assert "d3Jvbmc=" not in str(refused.value)


def test_a_place_that_does_not_answer_is_one_clear_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    with pytest.raises(FailureError, match=r"^s3://models/object: ") as failed:
        _open("s3://models").read("object", limit=9)
    _, remedy = str(failed.value).splitlines()
    assert remedy.startswith("(nobody answers there, or too slowly: check the name, the network")
    assert "Debug source" not in str(failed.value)


def test_a_place_that_is_silent_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patient = store._client()
        assert patient["read_timeout"] == "30s"
        monkeypatch.setattr(store, "_client", lambda: {**patient, "read_timeout": "1s"})
        monkeypatch.setattr(store, "_RETRY", {"max_retries": 1, "retry_timeout": timedelta(seconds=2)})
        begun = time.monotonic()
        with pytest.raises(FailureError, match=r"(?s)s3://models/object: .*\n\(nobody answers there"):
            _open("s3://models").read("object", limit=9)
    assert time.monotonic() - begun < 25


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AZURE_STORAGE_ENDPOINT"])
def test_plain_http_is_spoken_only_where_the_environment_names_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for other in ("AWS_ENDPOINT_URL", "AZURE_STORAGE_ENDPOINT"):
        monkeypatch.delenv(other, raising=False)
    assert store._client()["allow_http"] is False
    monkeypatch.setenv(name, "https://127.0.0.1:1")
    assert store._client()["allow_http"] is False
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert store._client()["allow_http"] is True


def test_a_folder_is_made_only_for_publishing(tmp_path: Path) -> None:
    location = parse_location(str(tmp_path / "new"))

    with pytest.raises(NotFoundError, match="new: no such folder"):
        open_store(location)
    assert not (tmp_path / "new").exists()
    open_store(location, create=True)
    assert (tmp_path / "new").is_dir()


def test_what_an_operation_gives_is_never_put_into_words() -> None:
    class Chunk:
        def __repr__(self) -> str:
            raise AssertionError("asyncio describes a task that holds its result, all four megabytes of it")

    chunk = Chunk()

    async def operation() -> Chunk:
        return chunk

    assert store._interruptible(operation) is chunk
