"""The whole way, as a process of this machine: what it proves, what it says, what it leaves."""

import io
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from app.scoring import manifest
from delivery.app import App
from delivery.console import Steps
from delivery.examples.folder import Examples, parse
from delivery.failure import FailureError, NotFoundError
from delivery.image.build import Request
from delivery.image.registry.place import Place
from delivery.model.location import parse_location
from delivery.model.store import open_store
from delivery.rehearse import load, machine, pack
from delivery.rehearse.model import Places
from delivery.rehearse.rehearsal import Rehearsal
from delivery.rehearse.stage import ENVIRONMENT
from delivery.release import deployer, smoke
from delivery.release.deployer import RestoredError, StrandedError
from delivery.release.store import ReleaseStore
from delivery.service.process import Process
from delivery.service.remote import Remote
from delivery.service.running import ServiceError
from tests.delivery.examples import own
from tests.support.apps import SAMPLE

FLOWER = """request: {path: /v1/classify, file: flower.jpg}
expect: {json: {classes: [{label: bee}]}}
"""


@dataclass(frozen=True)
class Ran:
    """A rehearsal that is over."""

    said: str
    processes: list[Process]
    before: dict[Path, int]
    after: dict[Path, int]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """A place where the first rehearsal makes everything and the next ones find it."""
    return Places(tmp_path_factory.mktemp("rehearsal"))


def recording(patch: pytest.MonkeyPatch) -> list[Process]:
    """Every process that a rehearsal starts from now on, on a machine with Python alone, whatever this one has."""
    processes: list[Process] = []

    def start(*given: Any, **named: Any) -> Process:
        processes.append(Process(*given, **named))
        return processes[-1]

    patch.setattr(pack, "Process", start)
    patch.setattr(load, "_QUIET_SECONDS", 0.5)
    patch.setattr(machine, "find_engine", lambda: None)
    patch.setattr(machine, "missing_sdk", lambda: "Pulumi's SDK is not installed (pulumi)")
    patch.setattr(machine, "absence", lambda: "docker is not on PATH")
    patch.delenv("KUBECONFIG", raising=False)
    return processes


def ran(places: Places) -> Ran:
    with pytest.MonkeyPatch.context() as patch:
        processes, before = recording(patch), times(places)
        rehearsed, said = rehearsal(places, image=True)
        rehearsed.run()
        return Ran(said.getvalue(), processes, before, times(places))


@pytest.fixture(scope="module")
def first(places: Places) -> Ran:
    return ran(places)


@pytest.fixture(scope="module")
def second(places: Places, first: Ran) -> Ran:
    del first
    return ran(places)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, first: Ran) -> list[Process]:
    """Every process that a rehearsal starts, once there was a first one."""
    del first
    return recording(monkeypatch)


def rehearsal(places: Places, **given: object) -> tuple[Rehearsal, io.StringIO]:
    said = io.StringIO()
    steps = Steps(Console(file=said, width=200))
    return Rehearsal(app=SAMPLE, steps=steps, places=places, **{"image": False, **given}), said  # type: ignore[arg-type]  # fields by name


def times(places: Places) -> dict[Path, int]:
    """When each file of the models was written."""
    kept = (places.samples, places.models, places.model, places.second_model, places.cache)
    files = (path for folder in kept for path in folder.rglob("*") if path.is_file())
    return {path: path.stat().st_mtime_ns for path in files}


def test_a_model_goes_live_another_one_replaces_it_under_load_and_the_first_one_returns(first: Ran) -> None:
    assert "published as efficientnet-lite version 1" in first.said
    assert "published as efficientnet-lite version 2" in first.said
    assert re.findall(r"Live .* serves efficientnet-lite version (\d)", first.said) == ["1", "2", "1"]
    loads = re.findall(r"Load .* (\d+) requests in .*, none failed", first.said)
    assert len(loads) == 2
    assert all(int(count) >= 40 for count in loads)


def test_each_release_ends_in_order_and_leaves_nothing(first: Ran) -> None:
    assert "SIGTERM: the request in flight was answered 200" in first.said
    assert [process.exit_code() for process in first.processes] == [0, 0, 0]
    assert [process.left_behind() for process in first.processes] == ["", "", ""]


@pytest.mark.usefixtures("first")
def test_the_history_tells_what_was_deployed_when(places: Places) -> None:
    store = ReleaseStore(open_store(parse_location(places.releases.as_uri())))
    told = [(one.begun.kind, one.begun.release, one.succeeded) for one in store.history(ENVIRONMENT)]
    first, second = told[0][1], told[1][1]
    assert first != second
    assert told == [("deploy", first, True), ("deploy", second, True), ("rollback", first, True)]


@pytest.mark.usefixtures("first")
def test_the_second_model_is_surer_and_as_right_as_the_first(places: Places) -> None:
    one, other = (manifest.read(places.models / "efficientnet-lite" / version).metrics for version in ("1", "2"))
    assert (one["top_1"], one["top_5"]) == (other["top_1"], other["top_5"])
    assert 0.4 < other["temperature"] < 1


def test_a_second_rehearsal_makes_publishes_and_pulls_nothing_again(second: Ran) -> None:
    assert second.before == second.after
    assert "is already efficientnet-lite version 1" in second.said
    assert "is already efficientnet-lite version 2" in second.said


def test_a_wrong_example_fails_the_rehearsal_by_name_and_nothing_is_left(
    places: Places, started: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    flower = (SAMPLE.folder / "examples" / "flower.jpg").read_bytes()
    bees = parse({"flower.yaml": FLOWER.encode(), "flower.jpg": flower}, "examples")
    monkeypatch.setattr(pack, "of_version", lambda _folder, _own: bees)
    rehearsed, said = rehearsal(places)
    with pytest.raises(StrandedError, match=r"1 of 1 examples .* flower: .* found 'daisy', expected 'bee'"):
        rehearsed.run()
    assert "Examples" in said.getvalue()
    assert "Not rehearsed: the cluster, because KUBECONFIG is not set" in said.getvalue()
    assert started[0].exit_code() is not None
    assert started[0].left_behind() == ""


def test_a_second_release_that_fails_gives_way_to_the_first_again(
    places: Places, started: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    proved = smoke.prove

    def prove(
        steps: Steps,
        app: App,
        service: Remote,
        configuration: Mapping[str, Any],
        demands: smoke.Demands,
        examples: Examples | None,
    ) -> None:
        if configuration["model"]["version"] == "2":
            raise ServiceError("the second one is not liked")
        proved(steps, app, service, configuration, demands, examples)

    monkeypatch.setattr(deployer, "prove", prove)
    rehearsed, _ = rehearsal(places)
    with pytest.raises(RestoredError, match=r"(?s)the second one is not liked.*is live again, and was proved"):
        rehearsed.run()
    assert len(started) == 3
    assert all(process.exit_code() is not None for process in started)


def test_a_damaged_model_fails_the_rehearsal_with_the_services_own_words(
    places: Places, started: list[Process], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for path in places.model.iterdir():
        (damaged / path.name).write_bytes(path.read_bytes())
    (damaged / "model.onnx").write_bytes(b"not this one")

    def start(app: App, _model: Path, log: Path, **named: Any) -> Process:
        started.append(Process(app, damaged, log, **named))
        return started[-1]

    monkeypatch.setattr(pack, "Process", start)
    with pytest.raises(StrandedError, match=r"(?s)model\.onnx"):
        rehearsal(places)[0].run()
    assert started[-1].left_behind() == ""


def test_everything_that_is_not_there_is_named_with_what_is_lost_and_how_to_get_it(second: Ran) -> None:
    image, previews, environments, cluster = [
        line for line in second.said.splitlines() if line.startswith("Not rehearsed: ")
    ]
    assert image.startswith("Not rehearsed: the image, because docker is not on PATH. Not proved: that it builds")
    assert "start a Docker engine" in image
    assert "Pulumi's SDK is not installed" in previews
    assert "make .venv/.local" in previews
    assert environments.startswith("Not rehearsed: the environments on a simulated Azure, because Pulumi's SDK")
    assert cluster.startswith("Not rehearsed: the cluster, because KUBECONFIG is not set")
    assert second.said.count("- Build ") == 1


@pytest.mark.usefixtures("started")
def test_without_the_pinned_base_the_image_is_left_out_and_said_how_to_name_another(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(_request: Request, _step: object) -> None:
        raise NotFoundError("base image x cannot be had; name another: BASE_IMAGE=...")

    monkeypatch.setattr(machine, "absence", lambda: "")
    monkeypatch.setattr(machine, "engine_version", lambda: "28.0")
    monkeypatch.setattr(pack, "build", build)
    rehearsed, said = rehearsal(places, image=True)
    rehearsed.run()
    assert "- Build " in said.getvalue()
    assert "Not rehearsed: the image, because base image x cannot be had; name another: BASE_IMAGE=" in said.getvalue()


@pytest.mark.usefixtures("started")
def test_a_base_that_was_asked_for_must_be_had(places: Places) -> None:
    rehearsed, _ = rehearsal(places, image=True, base="mine:1")
    with pytest.raises(FailureError, match="BASE_IMAGE is mine:1, but no image can be built: docker is not on PATH"):
        rehearsed.run()


@pytest.mark.usefixtures("started")
def test_a_registry_that_was_asked_for_must_be_had(places: Places) -> None:
    rehearsed, _ = rehearsal(places, image=True, registry=Place("registry.example", "scoring"))
    with pytest.raises(FailureError, match=r"REGISTRY is registry\.example/scoring, but no image can be built: docker"):
        rehearsed.run()


def test_a_port_that_is_taken_fails_with_its_number(places: Places, started: list[Process]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(FailureError, match=f"port {port} cannot be listened at: Address already in use"):
            rehearsal(places, port=port)[0].run()
    assert started == []


def test_a_model_of_ones_own_takes_the_samples_place_under_load_and_gives_it_back(
    places: Places, started: list[Process], tmp_path: Path
) -> None:
    rehearsed, said = rehearsal(places, model=own.write(tmp_path))
    rehearsed.run()
    assert "published as sheets version 1; 3 examples as expected" in said.getvalue()
    assert re.findall(r"Examples .* (\d) as expected", said.getvalue()) == ["6", "3", "6"]
    assert re.findall(r"Live .* serves (\S+) version", said.getvalue()) == [
        "efficientnet-lite",
        "sheets",
        "efficientnet-lite",
    ]
    assert len(re.findall(r"Load .* requests in .*, none failed", said.getvalue())) == 2
    assert [process.exit_code() for process in started] == [0, 0, 0]


def test_a_wrong_example_of_ones_own_ends_the_rehearsal_before_anything_is_replaced(
    places: Places, started: list[Process], tmp_path: Path
) -> None:
    folder = own.write(tmp_path)
    own.spoil(folder)
    rehearsed, _ = rehearsal(places, model=folder)
    with pytest.raises(
        FailureError, match=r"blue: POST /v1/classify: classes\.0\.label: found 'blue', expected 'green'"
    ):
        rehearsed.run()
    assert len(started) == 1
