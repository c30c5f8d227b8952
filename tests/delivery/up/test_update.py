"""An update is previewed, judged and applied; a refusal is one message in the words of the one who refused."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from delivery.console import Steps
from delivery.failure import FailureError, NotFoundError, UsageError
from delivery.release.command import CommandError
from delivery.up import update
from delivery.up.refusals import ProtectedError, find_protected, translate
from delivery.up.simulated_engine import SimulatedEngine, Tally
from delivery.up.simulation import Simulation

from .stand_in import DESTROYED, URN, step

REPLACED = f"""pulumi preview --stack prod ended with exit code 1
error: unable to replace resource "{URN}"
as it is currently marked for protection. To unprotect the resource, remove the `protect` flag
error: preview failed"""
REFUSED = """ +  azure-native:storage:StorageAccount models creating (0s)
Diagnostics:
  azure-native:storage:StorageAccount (models):
    error: Code=SkuNotAvailable: not in this region today

  pulumi:pulumi:Stack (p-dev):
    error: Resource monitor has terminated, shutting down
    error: update failed
"""


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def steps(said: io.StringIO) -> Steps:
    return Steps(Console(file=said, width=200))


@pytest.fixture
def dev(world: Simulation) -> SimulatedEngine:
    world.prepare("dev")
    return SimulatedEngine("dev", world)


def test_a_first_up_shows_its_headline_its_page_and_the_engines_counts(
    dev: SimulatedEngine, steps: Steps, said: io.StringIO, tmp_path: Path
) -> None:
    judged = update.preview(steps, dev, tmp_path / "page")
    update.show_change(steps, judged)
    update.up(steps, dev)
    update.show_outputs(steps, dev)
    text = said.getvalue()
    assert "dev: resource group is new" in text
    assert (tmp_path / "page" / "preview.html").is_file()
    assert "dev: 1 created, 2 unchanged" in text
    assert "endpointUrl          http://a.example/" in text
    assert "1 new" not in text


def test_a_later_one_shows_what_changes(
    dev: SimulatedEngine, steps: Steps, said: io.StringIO, tmp_path: Path, engine: Path
) -> None:
    steps_ = [step("update", "azure-native:containerservice:AgentPool", "pool", maxCount=4)]
    (engine / "preview").write_text(json.dumps({"steps": steps_}))
    update.show_change(steps, update.preview(steps, dev, tmp_path / "page"))
    assert "dev: 1 updated" in said.getvalue()
    assert "node pool pool" in said.getvalue()


def test_the_engine_reads_the_stack_file_as_it_was_edited_for_it(world: Simulation, engine: Path) -> None:
    world.prepare("dev")
    edited = SimulatedEngine("dev", world, edit=lambda text: text.replace("maxCount: 2", "maxCount: 3"))
    edited.preview(None)
    config = (engine / "config").read_text()
    assert "maxCount: 3" in config
    assert "encryptionsalt: v1:made-here" in config
    assert "azurekeyvault" not in config


def test_a_service_that_refuses_is_heard_in_its_own_words(
    dev: SimulatedEngine, steps: Steps, said: io.StringIO, engine: Path
) -> None:
    (engine / "up").write_text(REFUSED)
    (engine / "up-code").write_text("255")
    with pytest.raises(FailureError) as failed:
        update.up(steps, dev)
    assert str(failed.value).splitlines() == [
        "Pulumi.dev.yaml: pulumi up ended with exit code 255, on the simulated Azure",
        "  azure-native:storage:StorageAccount (models): Code=SkuNotAvailable: not in this region today",
        "hint: mend Pulumi.dev.yaml and run the command again; --reset begins from nothing",
    ]
    assert "Up" in said.getvalue()


def test_a_protected_resource_is_named_and_has_the_exit_code_of_its_gate() -> None:
    found = translate(CommandError(REPLACED), "prod")
    assert isinstance(found, ProtectedError)
    assert found.code == 10
    assert str(found).startswith(
        "Pulumi.prod.yaml: this change would replace cluster-aks (azure-native:containerservice:ManagedCluster), which"
    )


def test_the_refusals_of_an_engine_name_what_is_protected() -> None:
    assert find_protected(REPLACED) == find_protected(DESTROYED) == ["cluster-aks"]
    assert find_protected("error: preview failed") == []


def test_an_error_without_a_cause_stays_as_it_is() -> None:
    error = CommandError("pulumi is not on PATH: install it")
    assert translate(error, "dev") is error


def test_a_shut_gate_stops_before_the_engine_changes_anything(
    dev: SimulatedEngine, steps: Steps, engine: Path, tmp_path: Path
) -> None:
    open_ = step("create", "azure-native:storage:StorageAccount", "a", allowBlobPublicAccess=True)
    (engine / "preview").write_text(json.dumps({"steps": [open_]}))
    with pytest.raises(update.GateError, match=r"Nothing was changed\.$") as stopped:
        update.preview(steps, dev, tmp_path / "page")
    assert stopped.value.code == 11


def test_an_environment_needs_the_one_that_it_takes_over_from(world: Simulation) -> None:
    with pytest.raises(NotFoundError, match=r"prod: takes over from dev, .*; run: slipway up --simulated --stack dev"):
        update.require_earlier(world, "prod")
    world.prepare("dev")
    update.require_earlier(world, "prod")


def test_an_environment_without_a_stack_file_is_not_found(world: Simulation) -> None:
    with pytest.raises(NotFoundError, match=r"Pulumi\.prox\.yaml: no such stack file; stacks here are dev, prod"):
        update.require_earlier(world, "prox")


def test_a_reset_begins_with_the_first_environment(world: Simulation) -> None:
    with pytest.raises(UsageError, match="run: slipway up --simulated --reset --stack dev"):
        update.require_first(world, "prod")
    update.require_first(world, "dev")


def test_the_counts_are_the_engines_own() -> None:
    tally = Tally()
    lines = [
        " +  a:b:C one created (0.1s)",
        " ~  a:b:C two updated (1s)",
        "Resources:",
        "    +-1 replaced",
        "    ~ 1 updated",
    ]
    assert [tally.read(line) for line in lines] == [1, 2, 2, 2, 2]
    assert str(tally) == "1 replaced, 1 updated"
