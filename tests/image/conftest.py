"""What the image's tests share: a checkout of their own, an engine, and one image of it."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from delivery.console import Step
from delivery.failure import NotFoundError
from delivery.image.build import Built, Request, build
from delivery.image.engine import absence, docker
from delivery.paths import ROOT
from tests.support import models

Build = Callable[..., Built]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that an image is made of, free to be changed, with the packages that were fetched before."""
    if reason := absence():
        pytest.skip(f"no image can be built: {reason}")
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "app", root / "app", ignore=shutil.ignore_patterns("__pycache__"))
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
        request = Request(model=model, tag=tag, base=base, build=build_id, fresh=fresh, root=checkout)
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
    """A small model version with known answers."""
    folder = tmp_path_factory.mktemp("model")
    models.write(folder)
    return folder


@pytest.fixture(scope="session")
def image(built: Build, model: Path) -> Built:
    """The image of the checkout as it is."""
    return built(model, build_id="77")
