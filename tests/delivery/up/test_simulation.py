"""A simulation keeps everything in its folder, and takes the stack files as they are."""

from pathlib import Path

import pytest

from delivery.failure import FailureError, NotFoundError
from delivery.up import simulation
from delivery.up.simulation import Simulation, check

from .conftest import DEV


def test_a_stack_is_created_once_beside_the_project(world: Simulation, engine: Path) -> None:
    assert not world.has("dev")
    world.prepare("dev")
    world.prepare("dev")
    assert world.has("dev")
    assert (engine / "calls").read_text() == "stack init dev --non-interactive\n"
    assert sorted(path.name for path in world.root.iterdir()) == ["Pulumi.dev.yaml", "Pulumi.prod.yaml", "Pulumi.yaml"]
    assert (world.root / "Pulumi.dev.yaml").read_text() == DEV


def test_the_stack_file_gets_the_encryption_of_the_folder(world: Simulation) -> None:
    world.prepare("dev")
    assert world.text("dev") == (
        "config:\n"
        "  slipway:environment: {protect: false}  # cheap\n"
        "  slipway:cluster: {system: {maxCount: 2}}\n"
        "encryptionsalt: v1:made-here\n"
    )


def test_the_engine_gets_the_plugins_of_the_sdks_versions(world: Simulation) -> None:
    world.prepare("dev")
    found = sorted(path.name for path in (world.folder / "home" / "plugins").iterdir())
    assert [name.partition("-v")[0] for name in found] == [
        "resource-azure-native",
        "resource-azuredevops",
        "resource-kubernetes",
    ]
    assert all((world.folder / "home" / "plugins" / name).is_dir() for name in found)


def test_the_engine_gets_no_login_of_the_person(
    world: Simulation, engine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARM_CLIENT_SECRET", "mine")
    monkeypatch.setenv("PULUMI_STACK", "mine")
    world.prepare("dev")
    variables = dict(line.split("=", 1) for line in (engine / "variables").read_text().splitlines() if "=" in line)
    assert "mine" not in variables.values()
    assert variables["PULUMI_BACKEND_URL"].startswith(f"file://{world.folder / 'state'}")
    assert variables["PULUMI_CONFIG_PASSPHRASE"] == (world.folder / "passphrase").read_text()


def test_the_passphrase_is_the_owners_alone_and_is_not_made_twice(world: Simulation) -> None:
    world.prepare("dev")
    file = world.folder / "passphrase"
    assert file.stat().st_mode & 0o777 == 0o600
    first = file.read_text()
    assert len(first) > 30
    Simulation(world.program, world.folder, world.root).prepare("prod")
    assert file.read_text() == first


def test_a_lost_passphrase_is_an_error_with_the_way_out(world: Simulation) -> None:
    world.prepare("dev")
    (world.folder / "passphrase").unlink()
    with pytest.raises(NotFoundError, match=r"passphrase: is not there, .*; run: slipway up --simulated --reset"):
        Simulation(world.program, world.folder, world.root).prepare("prod")


def test_a_reset_removes_everything_of_it(world: Simulation) -> None:
    world.prepare("dev")
    world.reset()
    assert not world.folder.exists()
    assert not world.has("dev")


def test_mistakes_of_a_stack_file_are_named_before_an_engine_is_asked(
    world: Simulation, engine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "check", check)
    with pytest.raises(FailureError, match=r"Pulumi\.dev\.yaml has \d+ mistakes"):
        world.prepare("dev")
    assert not (engine / "calls").exists()
