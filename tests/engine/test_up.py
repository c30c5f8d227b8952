"""`slipway up --simulated` on a real engine: from nothing, changed, refused by a service, and held by protection."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from delivery.console import Steps
from delivery.failure import FailureError
from delivery.paths import ROOT
from delivery.rehearse.environments import Environments
from delivery.stack_file import parse_mapping, set_config
from delivery.up import update
from delivery.up.programs import Program, find_engine
from delivery.up.refusals import ProtectedError
from delivery.up.simulated_engine import SimulatedEngine
from delivery.up.simulation import Simulation
from tests.engine.harness.environments import release

pytestmark = pytest.mark.engine


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def steps(said: io.StringIO) -> Steps:
    return Steps(Console(file=said, width=200))


@pytest.fixture
def program() -> Program:
    found = find_engine()
    assert found is not None
    return found


def edited(simulation: Simulation, stack: str, section: str, **changes: Any) -> SimulatedEngine:
    """An engine that reads the stack file with other values in one section."""

    def edit(text: str) -> str:
        found: Mapping[str, Any] = parse_mapping(text, "it")["config"][section]
        return set_config(text, section, {**found, **changes})

    return SimulatedEngine(stack, simulation, edit)


def test_the_chain_comes_up_changes_and_loses_nothing_that_is_protected(
    program: Program, steps: Steps, said: io.StringIO, tmp_path: Path
) -> None:
    files = {file: file.read_bytes() for file in ROOT.glob("Pulumi*.yaml")}
    result = Environments(steps, program, tmp_path / "it").rehearse(release(1))
    assert result == "dev and prod on a simulated Azure; prod keeps what is protected"
    assert "most nodes of pool system" in said.getvalue()
    assert "cluster-aks" in said.getvalue().partition("is refused")[2]
    assert files == {file: file.read_bytes() for file in ROOT.glob("Pulumi*.yaml")}

    replacing = edited(Simulation(program, tmp_path / "it"), "prod", "slipway:network", podCidr="10.248.0.0/16")
    with pytest.raises(ProtectedError, match="this change would replace cluster-aks"):
        update.preview(steps, replacing, tmp_path / "page", release(1))


def test_a_refusal_of_the_service_is_one_error_and_the_next_run_goes_on(
    program: Program, steps: Steps, tmp_path: Path
) -> None:
    simulation = Simulation(program, tmp_path / "it")
    simulation.prepare("dev")
    simulation.cloud.fail("azure-native:containerservice:ManagedCluster", "create", "Code=QuotaExceeded: no cores left")
    with pytest.raises(FailureError) as failed:
        update.up(steps, SimulatedEngine("dev", simulation))
    lines = str(failed.value).splitlines()
    assert lines[0].startswith("Pulumi.dev.yaml: pulumi up ended with exit code ")
    assert "QuotaExceeded: no cores left" in lines[1]
    assert lines[-1].startswith("hint: ")

    dev = SimulatedEngine("dev", simulation)
    update.up(steps, dev)
    assert dev.outputs()["environment"] == "dev"
