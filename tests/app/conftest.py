"""Fixtures of the app's tests: a model with known answers, and the service running it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.models.sample.build import build_sample
from app.models.sample.catalogue import SAMPLES
from app.scoring.manifest import MANIFEST_FILE
from delivery.failure import NotFoundError
from delivery.model.folder import checked
from tests.support import models
from tests.support.apps import SAMPLE
from tests.support.service import Service, running


@pytest.fixture(scope="session")
def colour_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a model version that names plain colours."""
    folder = tmp_path_factory.mktemp("model")
    models.write(folder)
    return folder


@pytest.fixture(scope="session")
def service(colour_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service in a process of its own, ready, shared by all tests: leave it as it was found."""
    with running(colour_model, tmp_path_factory.mktemp("service") / "log", commit="c0ffee", build="77") as started:
        yield started


@pytest.fixture(scope="session")
def real_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a real model version, EfficientNet-Lite0, made from the weights that a package ships."""
    try:
        sample = build_sample(SAMPLES["lite0"])
    except NotFoundError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("real")
    sample.write(folder)
    with checked(folder, SAMPLE) as candidate:
        manifest = candidate.manifest("1", datetime(2026, 1, 1, tzinfo=UTC))
    (folder / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def real_service(real_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with a real model."""
    with running(real_model, tmp_path_factory.mktemp("real-service") / "log") as started:
        yield started
