"""The commands that build, run and test an image."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from delivery.console import Step
from delivery.failure import FailureError
from delivery.image import cli
from delivery.image.build import Built, Request
from delivery.image.layers import Layer
from tests.support import models


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Request]:
    """What is asked to be built; nothing is."""
    asked: list[Request] = []
    manifest = models.write(tmp_path / "model")
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


@pytest.mark.parametrize("command", ["build", "run", "test"])
def test_without_an_engine_each_command_says_why_it_needs_one(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "absence", lambda: "docker is not on PATH")
    done = CliRunner().invoke(cli.app, [command])
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
