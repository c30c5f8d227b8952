"""What the tests of deploying share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.service.client import await_ready
from delivery.service.process import Process
from tests.support import models
from tests.support.apps import SAMPLE

from .world import World, world


@pytest.fixture(scope="session")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The real service with the test model; what stands before it says which release it is."""
    folder = tmp_path_factory.mktemp("release-service")
    models.write(folder / "model")
    with Process(SAMPLE, folder / "model", folder / "service.log") as running:
        await_ready(running)
        yield running


@pytest.fixture
def prod(tmp_path: Path, colours: Process, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A production environment that has come up and runs nothing yet."""
    with world(tmp_path, colours, monkeypatch) as made:
        yield made
