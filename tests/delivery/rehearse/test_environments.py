"""The environments come up on a simulated Azure, one line changes, and a protected one holds."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from delivery.console import Steps
from delivery.failure import FailureError
from delivery.preview.releases import STAND_IN
from delivery.rehearse.environments import Environments
from delivery.up import simulation
from delivery.up.programs import Program
from tests.delivery.up.stand_in import write_engine

DEV = "config:\n  slipway:environment: {protect: false}\n  slipway:cluster: {system: {maxCount: 2}}\n"
PROD = "config:\n  slipway:environment: {protect: true, promotesFrom: dev}\n"


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    return write_engine(tmp_path / "engine")


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def chain(tmp_path: Path, engine: Path, said: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> Environments:
    root = tmp_path / "project"
    root.mkdir()
    for name, text in (
        ("Pulumi.yaml", "name: p\nmain: infra/\n"),
        ("Pulumi.dev.yaml", DEV),
        ("Pulumi.prod.yaml", PROD),
    ):
        (root / name).write_text(text)
    monkeypatch.setattr(simulation, "check", lambda *_: None)
    steps = Steps(Console(file=said, width=200))
    return Environments(steps, Program(engine, "on PATH"), tmp_path / "simulated", root)


def test_the_chain_comes_up_changes_and_holds(chain: Environments, said: io.StringIO, engine: Path) -> None:
    result = chain.rehearse(STAND_IN)
    assert result == "dev and prod on a simulated Azure; prod keeps what is protected"
    text = said.getvalue()
    assert "Azure is simulated here" in text
    assert "one changed line in Pulumi.dev.yaml: cluster.system.maxCount 2 -> 3" in text
    assert "pulumi destroy of prod is refused; protected are cluster-aks" in text
    calls = [line.partition(" --")[0] for line in (engine / "calls").read_text().splitlines()]
    assert calls == ["stack init dev", "up", "preview", "up", "stack init prod", "up", "destroy", "stack export"]
    assert (chain.root / "Pulumi.dev.yaml").read_text() == DEV


def test_an_engine_that_would_destroy_what_is_protected_fails_the_rehearsal(chain: Environments, engine: Path) -> None:
    (engine / "destroy-code").write_text("0")
    with pytest.raises(FailureError, match="prod: pulumi destroy would delete all of it, though it is protected"):
        chain.rehearse(STAND_IN)


def test_without_a_protected_environment_the_first_one_is_enough(chain: Environments, engine: Path) -> None:
    (chain.root / "Pulumi.prod.yaml").write_text(PROD.replace("true", "false"))
    assert chain.rehearse(STAND_IN) == "dev on a simulated Azure; no environment is protected"
    assert "destroy" not in (engine / "calls").read_text()
