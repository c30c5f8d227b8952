"""The image of an app of text: built, tested and run as that of pictures is."""

import os
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from delivery.app import find_app
from delivery.console import Step, Steps
from delivery.failure import NotFoundError
from delivery.image.build import Request, build
from delivery.image.engine import absence, docker
from delivery.image.records import Records
from delivery.image.trial import examine
from delivery.model.cache import Cache
from delivery.model.folder import checked
from delivery.model.location import parse_location
from delivery.model.publishing import publish
from delivery.model.pulling import pull
from delivery.model.repository import Repository
from delivery.model.store import open_store
from tests.support.apps import TONE

pytestmark = pytest.mark.image


def test_its_image_passes_by_the_apps_own_examples_and_check(tmp_path: Path) -> None:
    if reason := absence():
        pytest.skip(f"no image can be built: {reason}")
    app = find_app(shutil.copytree(TONE.folder, tmp_path / "tone", ignore=shutil.ignore_patterns(".slipway")))
    repository = Repository(open_store(parse_location(str(tmp_path / "models")), create=True))
    with checked(app.folder / "models" / "first", app) as candidate:
        published = publish(repository, candidate)
    pull(repository, published.manifest, tmp_path / "model", Cache(tmp_path / "cache"), lambda _count: None)
    records, tag = Records(tmp_path / "records"), "slipway-test:tone"
    request = Request(
        app=app, model=tmp_path / "model", tag=tag, base=os.environ.get("BASE_IMAGE", ""), records=records
    )
    try:
        build(request, Step("Build"))
    except NotFoundError as error:
        pytest.skip(f"no image can be built: {error}")
    try:
        record = examine(Steps(Console(quiet=True)), app, tag, records)
    finally:
        docker("image", "rm", "--force", tag)

    assert [check.name for check in record.checks] == ["examples", "memory", "app refusals", "SIGTERM"]
    assert record.checks[0].result.startswith("2 as expected; read-only, user 1000,")
