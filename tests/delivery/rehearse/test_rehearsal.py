"""The whole way, as a process of this machine: what it proves, what it says, what it leaves."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from delivery.console import Steps
from delivery.failure import FailureError, NotFoundError
from delivery.image.build import Request
from delivery.rehearse import pack
from delivery.rehearse.model import Places
from delivery.rehearse.rehearsal import Rehearsal
from delivery.service import trial
from delivery.service.pictures import Expected, expected
from delivery.service.process import Process
from delivery.service.running import ServiceError

DAISY_IS_A_BEE = {"flower.jpg": Expected(labels=("bee",), probability=0.1)}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """A place where the first rehearsal makes everything and the next ones find it."""
    return Places(tmp_path_factory.mktemp("rehearsal"))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """Every process that a rehearsal starts."""
    processes: list[Process] = []

    def start(model: Path, log: Path, port: int, commit: str) -> Process:
        processes.append(Process(model, log, port, commit))
        return processes[-1]

    monkeypatch.setattr(pack, "Process", start)
    return processes


def rehearsal(places: Places, **given: object) -> tuple[Rehearsal, io.StringIO]:
    said = io.StringIO()
    steps = Steps(Console(file=said, width=200))
    return Rehearsal(steps=steps, places=places, **{"image": False, **given}), said  # type: ignore[arg-type]  # fields by name


def times(places: Places) -> dict[Path, int]:
    """When each file was written, but for the log of the service that ran."""
    files = (path for path in places.work.rglob("*") if path.is_file() and path != places.log)
    return {path: path.stat().st_mtime_ns for path in files}


def test_a_model_is_published_pulled_served_and_right_and_the_service_ends(
    places: Places, started: list[Process]
) -> None:
    rehearsed, said = rehearsal(places)
    rehearsed.run()
    (process,) = started
    assert process.exit_code() == 0
    assert process.left_behind() == ""
    count = len(expected())
    assert f"{count} of {count} pictures as expected" in said.getvalue()
    assert "published as efficientnet-lite version 1" in said.getvalue()
    assert (places.models / "efficientnet-lite" / "latest.json").is_file()
    assert "SIGTERM: the picture in flight was answered 200" in said.getvalue()


@pytest.mark.usefixtures("started")
def test_a_second_rehearsal_makes_publishes_and_pulls_nothing_again(places: Places) -> None:
    rehearsal(places)[0].run()
    before = times(places)
    rehearsed, said = rehearsal(places)
    rehearsed.run()
    assert times(places) == before
    assert "is already efficientnet-lite version 1" in said.getvalue()


def test_a_wrong_picture_fails_the_rehearsal_by_name_and_nothing_is_left(
    places: Places, started: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = next(iter(expected())).parent
    bees = {folder / name: right for name, right in DAISY_IS_A_BEE.items()}
    monkeypatch.setattr(trial, "expected", lambda _folder: bees)
    rehearsed, said = rehearsal(places)
    with pytest.raises(ServiceError, match="0 of 1 pictures as expected"):
        rehearsed.run()
    assert re.search(r"flower\.jpg +daisy .*expected bee", said.getvalue())
    assert started[0].exit_code() is not None
    assert started[0].left_behind() == ""


def test_a_damaged_model_fails_the_rehearsal_with_the_services_own_words(
    places: Places, started: list[Process], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    rehearsal(places)[0].run()
    for path in places.model.iterdir():
        (damaged / path.name).write_bytes(path.read_bytes())
    (damaged / "model.onnx").write_bytes(b"not this one")
    own = Process
    monkeypatch.setattr(pack, "Process", lambda _model, log, port, commit: own(damaged, log, port, commit))
    with pytest.raises(ServiceError, match=r"(?s)model\.onnx"):
        rehearsal(places)[0].run()
    assert started[-1].left_behind() == ""


@pytest.mark.usefixtures("started")
def test_without_an_engine_the_image_is_left_out_aloud(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "absence", lambda: "docker is not on PATH")
    rehearsed, said = rehearsal(places, image=True)
    rehearsed.run()
    last = said.getvalue().splitlines()[-1]
    assert last.startswith("Not rehearsed: the image, because docker is not on PATH; start a Docker engine")


@pytest.mark.usefixtures("started")
def test_without_the_pinned_base_the_image_is_left_out_and_said_how_to_name_another(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(_request: Request, _step: object) -> None:
        raise NotFoundError("base image x cannot be had; name another: BASE_IMAGE=...")

    monkeypatch.setattr(pack, "absence", lambda: "")
    monkeypatch.setattr(pack, "build", build)
    rehearsed, said = rehearsal(places, image=True)
    rehearsed.run()
    assert said.getvalue().splitlines()[-1].endswith("base image x cannot be had; name another: BASE_IMAGE=...")


def test_a_base_that_was_asked_for_must_be_had(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "absence", lambda: "docker is not on PATH")
    rehearsed, _ = rehearsal(places, image=True, base="mine:1")
    with pytest.raises(FailureError, match="BASE_IMAGE is mine:1, but no image can be built: docker is not on PATH"):
        rehearsed.run()
