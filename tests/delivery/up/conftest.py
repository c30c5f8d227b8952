"""A project of two environments, and an engine that is a stand-in."""

from pathlib import Path

import pytest

from delivery.up import simulation
from delivery.up.programs import Program
from delivery.up.simulation import Simulation

from .stand_in import write_engine

DEV = """secretsprovider: azurekeyvault://kv.example/keys/state
encryptedkey: abc
config:
  slipway:environment: {protect: false}  # cheap
  slipway:cluster: {system: {maxCount: 2}}
"""


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    return write_engine(tmp_path / "engine")


@pytest.fixture
def world(tmp_path: Path, engine: Path, monkeypatch: pytest.MonkeyPatch) -> Simulation:
    """A simulation of dev and prod that is empty; the stack files hold only what this room reads."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "Pulumi.yaml").write_text("name: p\nmain: infra/\n")
    (root / "Pulumi.dev.yaml").write_text(DEV)
    (root / "Pulumi.prod.yaml").write_text("config:\n  slipway:environment: {protect: true, promotesFrom: dev}\n")
    monkeypatch.setattr(simulation, "check", lambda *_: None)
    return Simulation(Program(engine, "on PATH"), tmp_path / "simulated", root)
