"""`slipway up` says that Azure is simulated, first and last, and asks before it fetches an engine."""

import pytest
from typer.testing import CliRunner

from delivery.failure import NotFoundError, UsageError
from delivery.tools.pins import Tool
from delivery.up import cli, simulation
from delivery.up.programs import Program
from delivery.up.simulation import Simulation


@pytest.fixture(autouse=True)
def process(world: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process for all tests: its signals stay as they are."""
    monkeypatch.setattr(cli, "raise_on_signals", lambda: None)
    monkeypatch.setattr(cli, "find_engine", lambda: world.program)
    monkeypatch.setattr(simulation, "Simulation", lambda program: Simulation(program, world.folder, world.root))


def run(*arguments: str, answer: str = "") -> str:
    """Return what the command prints. Raises what it raises."""
    done = CliRunner().invoke(cli.app, arguments, input=answer, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_first_environment_comes_up_and_azure_is_called_simulated_first_and_last(world: Simulation) -> None:
    lines = run("--simulated").splitlines()
    assert lines[0].startswith("Azure is simulated: Pulumi is real, Pulumi.dev.yaml is yours")
    assert lines[-1].startswith("Azure was simulated: nothing of this exists outside of")
    assert world.has("dev")


def test_a_reset_forgets_what_was_there(world: Simulation) -> None:
    run("--simulated")
    (world.folder / "mark").touch()
    assert "forgotten: every stack in" in run("--simulated", "--reset")
    assert not (world.folder / "mark").exists()


def test_a_refused_reset_forgets_nothing(world: Simulation) -> None:
    run("--simulated")
    with pytest.raises(UsageError):
        run("--simulated", "--reset", "--stack", "prod")
    assert world.has("dev")


def test_without_the_option_nothing_is_done(world: Simulation) -> None:
    with pytest.raises(UsageError, match="add --simulated; on Azure itself: pulumi up"):
        run()
    assert not world.folder.exists()


def test_without_an_engine_the_command_that_fetches_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "find_engine", lambda: None)
    with pytest.raises(NotFoundError, match=r"^no Pulumi engine: .*; run: slipway up --simulated --install-engine$"):
        run("--simulated")


@pytest.fixture
def fetched(world: Simulation, monkeypatch: pytest.MonkeyPatch) -> list[Tool]:
    """The engines that are fetched on a machine that has none."""
    found: list[Tool] = []

    def install(tool: Tool) -> Program:
        found.append(tool)
        return Program(world.program.folder, "in the tools")

    monkeypatch.setattr(cli, "find_engine", lambda: None)
    monkeypatch.setattr(cli, "install_engine", install)
    return found


def test_an_engine_is_fetched_where_the_option_asks_for_it(fetched: list[Tool]) -> None:
    assert "in the tools" in run("--simulated", "--install-engine")
    assert [tool.name for tool in fetched] == ["pulumi"]


def test_a_person_is_asked_before_an_engine_is_fetched(fetched: list[Tool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "has_person", lambda: True)
    with pytest.raises(NotFoundError):
        run("--simulated", answer="n\n")
    assert fetched == []
    assert "Fetch Pulumi" in run("--simulated", answer="y\n")
    assert [tool.name for tool in fetched] == ["pulumi"]
