"""What the repository's tests share: each kind of place, and models that are quick to publish."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery import cli
from delivery.model import proof
from delivery.model.cache import Cache
from delivery.model.location import parse_location
from delivery.model.publishing import Publication, publish
from delivery.model.repository import Repository
from delivery.model.store import open_store

from . import stores
from .candidates import candidate, publishable
from .commands import Outcome, Publish, Run


@pytest.fixture(scope="session", autouse=True)
def _no_ambient_configuration() -> Iterator[None]:
    """A developer's own cloud settings lead no test astray."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("AZURE_", "AWS_", "SLIPWAY_")):
                patch.delenv(name)
        patch.setenv("ORT_DISABLE_TELEMETRY", "1")
        yield


@pytest.fixture(scope="session")
def s3_url(_no_ambient_configuration: None) -> Iterator[str]:
    """A running stand-in for S3."""
    with stores.s3_server() as url:
        yield url


@pytest.fixture(scope="session")
def azure_url(_no_ambient_configuration: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running stand-in for Azure Blob."""
    command = stores.azurite()
    if command is None:
        pytest.skip("azurite-blob is not on PATH (npm install azurite): the repository's tests ran without Azure Blob")
    with stores.azure_server(command, tmp_path_factory.mktemp("azurite")) as url:
        yield url


# Without Azurite two tests of `test_store` say so, rather than every test of the repository.
@pytest.fixture(params=["file", "s3", "az"] if stores.azurite() else ["file", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty repository, of each kind."""
    prefix = uuid.uuid4().hex
    match request.param:
        case "file":
            folder = tmp_path / "repository"
            folder.mkdir()
            return folder.as_uri()
        case "s3":
            request.getfixturevalue("s3_url")
            return f"s3://models/{prefix}"
        case _:
            request.getfixturevalue("azure_url")
            return f"az://{stores.ACCOUNT}/models/{prefix}"


@pytest.fixture
def repository(url: str) -> Repository:
    """An empty repository, of each kind."""
    return Repository(open_store(parse_location(url)))


@pytest.fixture
def folder_repository(tmp_path: Path) -> Repository:
    """An empty repository in a folder, for what does not depend on the kind."""
    return Repository(open_store(parse_location(str(tmp_path / "repository")), create=True))


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty cache."""
    return Cache(tmp_path / "cache")


@pytest.fixture
def to(tmp_path: Path) -> Path:
    """Where to pull to; it does not exist yet."""
    return tmp_path / "pulled" / "model"


@pytest.fixture
def published(repository: Repository, tmp_path: Path) -> Publish:
    """Publish into the repository of any kind."""

    def publish_bytes(model: bytes, *, promote: bool = True, title: str = "") -> Publication:
        return publish(repository, candidate(tmp_path / "candidate", model, title=title), promote=promote)

    return publish_bytes


@pytest.fixture
def run(whole: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same without a service for each `publish`: what the repository does with a version is seen sooner so."""
    monkeypatch.setattr(proof, "prove", lambda _candidate, _folder, _app: [])
    return whole


@pytest.fixture
def whole(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run `slipway model ...` on a repository in a folder, beside a cache of its own."""
    monkeypatch.setenv("SLIPWAY_MODELS", str(tmp_path / "repository"))
    monkeypatch.setenv("SLIPWAY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")

    def run_command(*arguments: object) -> Outcome:
        monkeypatch.setattr("sys.argv", ["delivery", "model", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        return Outcome(code, *capsys.readouterr())

    return run_command


@pytest.fixture
def three(run: Run, tmp_path: Path) -> None:
    """Three versions, the last of them live."""
    for title in ("one", "two", "three"):
        assert run("publish", publishable(tmp_path / title, title)).code == 0
