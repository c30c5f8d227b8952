"""A three-class model of a user's own, from its folder to an image that is tested, released and asked."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from delivery.console import Steps
from delivery.examples.folder import read_folder
from delivery.image.build import Built
from delivery.image.container import Container
from delivery.image.examples import read_examples
from delivery.image.records import Records, TestRecord
from delivery.image.trial import examine
from delivery.paths import ROOT
from delivery.release.record import LOCAL_BUILD
from delivery.release.smoke import Demands, prove
from delivery.service.remote import Remote
from delivery.service.running import ServiceError
from tests.delivery.examples import own
from tests.delivery.examples.colours import EXAMPLES
from tests.support.apps import SAMPLE

pytestmark = pytest.mark.image


def delivery(*words: object, models: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SLIPWAY_MODELS": str(models), "SLIPWAY_CACHE": str(models.parent / "cache")}
    command = [sys.executable, "-m", "delivery", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The live version of that model, as a build pulls it."""
    place = tmp_path_factory.mktemp("own")
    folder, models = own.write(place), place / "models"
    for words in (("model", "publish", folder), ("model", "pull", "--to", place / "model")):
        done = delivery(*words, models=models)
        assert done.returncode == 0, done.stderr
    live = json.loads((models / own.NAME / "latest.json").read_bytes())["live"]
    assert live["version"] == "1"
    return place / "model"


@pytest.fixture(scope="module")
def image(built: Callable[..., Built], pulled: Path) -> Built:
    return built(pulled)


def test_its_image_passes_by_its_own_examples_and_keeps_every_promise(image: Built, records: Records) -> None:
    assert read_examples(SAMPLE, image.id) == EXAMPLES
    examine(Steps(Console(quiet=True)), SAMPLE, image.tag, records)
    record = records.find(TestRecord, image.id)
    assert record is not None
    assert record.checks[0].result.startswith("3 as expected")
    assert (records.folder(image.id) / "examples.json").read_bytes() == EXAMPLES.to_bundle()


def test_its_release_passes_the_smoke_test_and_another_ones_examples_do_not(image: Built) -> None:
    model = {"name": image.model.name, "version": image.model.version, "sha256": image.model.sha256}
    configuration = {"commit": "", "buildId": LOCAL_BUILD, "model": model}
    steps, demands = Steps(Console(quiet=True)), Demands(latency_ms=20_000, settled=2, samples=6)
    with Container(SAMPLE, image.tag) as running:
        service = Remote(running.host, running.port, ready_path=SAMPLE.contract.health)
        prove(steps, SAMPLE, service, configuration, demands, read_examples(SAMPLE, image.id))
        prove(steps, SAMPLE, service, configuration, demands, None)
        with pytest.raises(ServiceError, match=r"6 of 6 examples are answered wrongly"):
            prove(steps, SAMPLE, service, configuration, demands, read_folder(SAMPLE.folder / "examples"))


def test_a_wrong_example_stops_it_at_publish(tmp_path: Path) -> None:
    folder = own.write(tmp_path)
    own.spoil(folder)
    done = delivery("model", "publish", folder, models=tmp_path / "models")
    assert done.returncode == 1
    assert "blue: POST /v1/classify: classes.0.label: found 'blue', expected 'green'" in done.stderr
    assert not list((tmp_path / "models").glob("*/*/manifest.json"))
