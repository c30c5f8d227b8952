"""The commands that build, run and test an image."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from delivery.console import Step
from delivery.failure import FailureError, UsageError
from delivery.image import cli, pushing
from delivery.image.build import Built, Request
from delivery.image.layers import Layer
from delivery.image.pushing import Pushed
from delivery.image.records import Document, PushRecord, Records
from delivery.image.registry.client import Registry
from tests.support import models
from tests.support.apps import reread


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Request]:
    """What is asked to be built; nothing is."""
    asked: list[Request] = []
    manifest = reread(models.write(tmp_path / "model"))
    layers = (Layer("base", 45_000_000), Layer("model", 18_600_000, "sha256:" + "ab" * 32))

    def build(request: Request, step: Step, line: Callable[[str], None]) -> Built:
        asked.append(request)
        step.log("#1 DONE 0.1s")
        line("app 1/1  RUN [ -e [/] ]")
        return Built(request.tag, "sha256:" + "cd" * 32, manifest, layers, 0)

    monkeypatch.setattr(cli, "absence", lambda: "")
    monkeypatch.setattr(cli, "raise_on_signals", lambda: None)
    monkeypatch.setattr(cli, "build", build)
    return asked


def test_what_was_built_is_shown_with_tag_id_and_size_of_each_layer(requests: list[Request]) -> None:
    done = CliRunner().invoke(cli.app, ["build", "--tag", "scoring:7"])
    assert done.exit_code == 0
    assert "app 1/1  RUN [ -e [/] ]" in done.output
    assert f"scoring:7  sha256:{'cd' * 32}" in done.output
    assert [line.split()[1:6:2] for line in done.output.splitlines() if line.startswith("│ model")] == [
        ["model", "18.6", "abababababab"]
    ]
    assert "63.6" in done.output
    assert requests[0].tag == "scoring:7"


def test_the_base_image_comes_from_the_option_or_the_environment(
    requests: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASE_IMAGE", "from:environment")
    CliRunner().invoke(cli.app, ["build"])
    CliRunner().invoke(cli.app, ["build", "--base-image", "from:option"])
    assert [request.base for request in requests] == ["from:environment", "from:option"]


@pytest.mark.parametrize("command", ["build", "run", "test", "push --registry registry.example/scoring"])
def test_without_an_engine_each_command_says_why_it_needs_one(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "absence", lambda: "docker is not on PATH")
    done = CliRunner().invoke(cli.app, command.split())
    assert isinstance(done.exception, FailureError)
    assert str(done.exception) == "docker is not on PATH; this command needs a Docker engine"


def test_a_build_that_fails_shows_the_end_of_its_log(requests: list[Request], monkeypatch: pytest.MonkeyPatch) -> None:
    def build(_request: Request, step: Step, _line: Callable[[str], None]) -> Built:
        for number in range(100):
            step.log(f"line {number}")
        raise FailureError("docker buildx: ERROR: failed to solve")

    monkeypatch.setattr(cli, "build", build)
    done = CliRunner().invoke(cli.app, ["build"])
    assert isinstance(done.exception, FailureError)
    assert "line 99" in done.output
    assert "line 84" not in done.output
    assert requests == []


@pytest.mark.parametrize("text", ["a b", "-7", "7-", "x" * 64, "7/8"])
def test_a_build_id_that_no_release_could_carry_is_refused_before_the_build(requests: list[Request], text: str) -> None:
    done = CliRunner().invoke(cli.app, ["build", f"--build-id={text}"])
    assert done.exit_code == 2
    assert "allowed are up to 63 letters" in " ".join(done.output.replace("│", " ").split())
    assert requests == []


def test_a_push_needs_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "absence", lambda: "")
    assert CliRunner().invoke(cli.app, ["push"]).exit_code == 2
    done = CliRunner().invoke(cli.app, ["push", "--registry", "registry.example"])
    assert isinstance(done.exception, UsageError)
    assert "names no repository" in str(done.exception)


@pytest.mark.parametrize(
    ("sent", "notes", "said"),
    [
        (0, (), "nothing had to be sent, 5.0 MB there as c0ffee-colours-1"),
        (1_300_000, ("sbom.cdx.json is kept beside [release.json] only",), "1.3 MB sent, 5.0 MB there"),
    ],
)
def test_a_push_says_what_went_over_the_wire_and_the_one_name_to_use(
    monkeypatch: pytest.MonkeyPatch, sent: int, notes: tuple[str, ...], said: str
) -> None:
    document = Document(file="x", media_type="x", digest="sha256:" + "ab" * 32, size=1)
    record = PushRecord(
        image="sha256:" + "cd" * 32,
        repository="registry.example/scoring",
        tag="c0ffee-colours-1",
        digest="sha256:" + "ef" * 32,
        size=5_000_000,
        pushed=datetime(2026, 1, 1, tzinfo=UTC),
        sbom=document,
        provenance=document,
    )

    class Pushing:
        def __init__(self, image: str, registry: Registry, _records: Records) -> None:
            assert (image, str(registry.place)) == ("scoring:7", "registry.example/scoring")

        def run(self, _step: Step) -> Pushed:
            return Pushed(record, sent, notes)

    monkeypatch.setattr(cli, "absence", lambda: "")
    monkeypatch.setattr(cli, "raise_on_signals", lambda: None)
    monkeypatch.setattr(pushing, "Push", Pushing)
    monkeypatch.setenv("REGISTRY", "registry.example/scoring")
    done = CliRunner().invoke(cli.app, ["push", "scoring:7"])
    assert done.exit_code == 0, done.output
    assert said in done.output
    assert all(note in done.output for note in notes)
    assert done.output.splitlines()[-1] == f"registry.example/scoring@sha256:{'ef' * 32}"
