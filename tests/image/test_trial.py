"""The test of an image: what it proves, what it writes down, and what does not pass."""

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from rich.console import Console

from app.scoring.manifest import MODEL_FILE
from delivery.console import Steps
from delivery.examples.folder import parse
from delivery.failure import FailureError
from delivery.image import container, trial
from delivery.image.build import Built
from delivery.image.confinement import Confinement
from delivery.image.container import Container
from delivery.image.engine import EngineError, docker
from delivery.image.pushing import Push
from delivery.image.records import Records, TestRecord
from delivery.image.registry.client import Registry
from delivery.image.registry.place import Place
from delivery.image.trial import examine
from delivery.model.manifest import MANIFEST_FILE, Manifest
from delivery.paths import ROOT
from delivery.service.client import ask, await_ready
from tests.delivery.examples import colours
from tests.delivery.model.candidates import facts
from tests.support import pictures
from tests.support.apps import SAMPLE

pytestmark = pytest.mark.image

Build = Callable[..., Built]


def steps() -> Steps:
    return Steps(Console(quiet=True))


def refused_push(image: str, records: Records, place: Place) -> None:
    """Nothing untested is pushed, and the registry is not even asked."""
    with pytest.raises(FailureError, match="no record of its test here"):
        Push(image, Registry(place), records)
    assert Registry(place).manifest("latest") is None


def test_an_image_that_passes_is_written_down_by_its_id(image: Built, records: Records) -> None:
    record = examine(steps(), SAMPLE, image.tag, records)
    assert record == records.find(TestRecord, image.id)
    names = [check.name for check in record.checks]
    assert names[:3] == ["examples", "memory", "version"]
    assert names[-3:] == ["app hostile", "app workers", "SIGTERM"]
    assert len([name for name in names if name.startswith("app ")]) == 11


def test_a_model_that_takes_more_memory_than_is_counted_does_not_pass(
    image: Built, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "confinement", lambda _user: Confinement("prod", "1280Mi", "2", "16Mi", 10001))
    with pytest.raises(
        FailureError,
        match=r"takes \d+Mi at rest with this model, and 16Mi are counted for it; raise .*\.prod\.yaml",
    ):
        examine(steps(), SAMPLE, image.tag, records)
    assert records.find(TestRecord, image.id) is None


def test_it_runs_without_any_network_and_answers_through_the_engine(image: Built) -> None:
    with Container(SAMPLE, image.tag, sealed=True) as running:
        await_ready(running)
        assert (
            docker("exec", running.name, "python", "-c", "import socket; print(socket.if_nameindex())") == "[(1, 'lo')]"
        )
        answer = ask(running, "POST", "/v1/classify", pictures.plain("red"))
    assert answer.json()["classes"][0]["label"] == "red"


def test_nothing_remains_of_a_sealed_container(image: Built) -> None:
    with Container(SAMPLE, image.tag, sealed=True) as running:
        await_ready(running)
        name, port = running.name, running.port
    with pytest.raises(EngineError, match="No such"):
        docker("inspect", name)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), 1)


def test_a_model_that_loads_and_classifies_wrongly_does_not_pass(
    built: Build, records: Records, place: Place, tmp_path: Path
) -> None:
    colours.version(tmp_path / "model")
    swap_colours(tmp_path / "model")
    wrong = built(tmp_path / "model")
    with pytest.raises(FailureError, match="3 of 3 examples are answered wrongly"):
        examine(steps(), SAMPLE, wrong.tag, records)
    assert records.find(TestRecord, wrong.id) is None
    refused_push(wrong.tag, records, place)


@contextmanager
def changed(file: Path, old: str, new: str) -> Iterator[None]:
    """The checkout with one change of its code."""
    before = file.read_text(encoding="utf-8")
    assert old in before
    file.write_text(before.replace(old, new), encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(before, encoding="utf-8")


def test_a_container_that_starts_and_answers_wrongly_does_not_pass(
    built: Build, checkout: Path, records: Records, place: Place, model: Path
) -> None:
    with changed(checkout / "app" / "scoring" / "views" / "score.py", "Computed in ", "Took "):
        wrong = built(model)
    with pytest.raises(FailureError, match=r"POST /score: expected 'Computed in … ms' at the end, found 'Took"):
        examine(steps(), SAMPLE, wrong.tag, records)
    refused_push(wrong.tag, records, place)


def test_a_container_that_ends_at_once_does_not_pass_and_shows_its_log(
    built: Build, checkout: Path, records: Records, place: Place, model: Path
) -> None:
    with changed(
        checkout / "app" / "scoring" / "__main__.py", "import sys\n", 'import sys\n\nsys.exit("out of order")\n'
    ):
        broken = built(model)
    with pytest.raises(FailureError, match=r"(?s)ended with exit code 1 before it was ready.*out of order"):
        examine(steps(), SAMPLE, broken.tag, records)
    refused_push(broken.tag, records, place)


def test_an_image_whose_labels_speak_of_another_model_does_not_pass(image: Built, records: Records) -> None:
    source = f"FROM {image.tag}\nLABEL slipway.model.version=2\n"
    command = ["docker", "build", "--quiet", "--network", "none", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    lying = done.stdout.strip()
    try:
        with pytest.raises(FailureError, match=r"GET /version: model.version: found '1', expected '2'"):
            examine(steps(), SAMPLE, lying, records)
    finally:
        docker("image", "rm", "--force", lying)


def test_a_test_that_fails_takes_the_earlier_pass_away(
    image: Built, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    examine(steps(), SAMPLE, image.tag, records)
    text = b"request: {path: /, file: red.png}\nexpect: {text: Hello}"
    wrong = parse({"greeting.yaml": text, "red.png": pictures.plain("red")}, "examples")
    monkeypatch.setattr(trial, "read_examples", lambda _app, _image: wrong)
    with pytest.raises(FailureError, match="1 of 1 examples are answered wrongly: greeting: "):
        examine(steps(), SAMPLE, image.tag, records)
    assert records.find(TestRecord, image.id) is None


def test_the_command_says_what_passed_and_by_which_id(image: Built) -> None:
    command = [sys.executable, "-m", "delivery", "image", "test", image.tag]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{image.id} passed; it may be pushed" in done.stdout
    assert re.search(r"Check .* 11 of the app's own passed; then every example is right again", done.stdout)


def swap_colours(folder: Path) -> None:
    """A model version that is whole by its manifest, loads, runs, and calls red what is blue."""
    model = onnx.load_model(folder / MODEL_FILE)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(np.roll(values, 1, axis=-1)), tensor.name))
    onnx.save_model(model, folder / MODEL_FILE)
    manifest = Manifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())
    files = {**manifest.files, MODEL_FILE: facts((folder / MODEL_FILE).read_bytes())}
    (folder / MANIFEST_FILE).write_text(manifest.model_copy(update={"files": files}).to_json(), encoding="utf-8")
