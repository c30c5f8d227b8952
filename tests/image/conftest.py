"""What the image's tests share: a checkout of their own, an engine, and one image of it."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from delivery.app import find_app
from delivery.console import Step
from delivery.failure import NotFoundError
from delivery.image.build import Built, Request, build
from delivery.image.engine import absence, docker
from delivery.image.records import Records
from delivery.image.registry.place import Place
from delivery.paths import ROOT
from tests.delivery.examples import colours
from tests.support.service import free_port

Build = Callable[..., Built]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that an image is made of, free to be changed, with the packages that were fetched before."""
    if reason := absence():
        pytest.skip(f"no image can be built: {reason}")
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "app", root / "app", symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    fetched = ROOT / ".slipway" / "image"
    if (fetched / "wheels.key").is_file():
        shutil.copytree(fetched / "wheels", root / ".slipway" / "image" / "wheels")
        shutil.copy(fetched / "wheels.key", root / ".slipway" / "image")
    return root


@pytest.fixture(scope="session")
def built(checkout: Path) -> Iterator[Build]:
    """Build images of the checkout under tags of their own; they go with the session."""
    tags: list[str] = []

    def make(model: Path, *, fresh: bool = False, build_id: str = "") -> Built:
        tag = f"slipway-test:{uuid.uuid4().hex[:8]}"
        base = os.environ.get("BASE_IMAGE", "")
        request = Request(
            app=find_app(checkout / "app"),
            model=model,
            tag=tag,
            base=base,
            build=build_id,
            fresh=fresh,
            records=Records(checkout / ".slipway" / "image" / "records"),
        )
        try:
            image = build(request, Step("Build"))
        except NotFoundError as error:
            pytest.skip(f"no image can be built: {error}")
        tags.append(tag)
        return image

    yield make
    if tags:
        docker("image", "rm", "--force", *tags)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model version with examples of its own."""
    folder = tmp_path_factory.mktemp("model")
    colours.version(folder)
    return folder


@pytest.fixture(scope="session")
def records(checkout: Path) -> Records:
    """What the commands of that checkout write down of its images."""
    return Records(checkout / ".slipway" / "image" / "records")


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The host and port of a registry of real parts: the one that TEST_REGISTRY names, else one of our own."""
    if host := os.environ.get("TEST_REGISTRY"):
        yield host
        return
    command = shutil.which("docker-registry") or shutil.which("registry")
    if not command:
        pytest.skip("no registry: TEST_REGISTRY names none, and docker-registry is not on PATH: nothing was pushed")
    folder, port = tmp_path_factory.mktemp("registry"), free_port()
    settings = (
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {folder}}}}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n"
    )
    (folder / "settings.yml").write_text(settings, encoding="utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([command, "serve", str(folder / "settings.yml")], stdout=log, stderr=log)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def place(registry: str) -> Place:
    """A repository that nobody pushed to before."""
    return Place(registry, f"slipway-test/{uuid.uuid4().hex[:12]}")


@pytest.fixture(scope="session")
def image(built: Build, model: Path) -> Built:
    """The image of the checkout as it is."""
    return built(model, build_id="77")
