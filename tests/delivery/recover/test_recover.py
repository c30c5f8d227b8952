"""`slipway recover`: shows what it writes, asks, and leads on to the next `up`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from delivery import cli
from tests.delivery.release.stand_ins import StandIns

Run = Callable[..., tuple[int, str, str]]

NAMESPACE = "urn:pulumi:dev::slipway::kubernetes:core/v1:Namespace::workload"
DEPLOYMENT = "urn:pulumi:dev::slipway::kubernetes:apps/v1:Deployment::workload-app"
CHECK = "urn:pulumi:dev::slipway::azuredevops:index/checkApproval:CheckApproval::guard"
LEFT = [
    {"type": "creating", "resource": {"urn": NAMESPACE, "inputs": {"metadata": {"name": "scoring-dev"}}}},
    {"type": "updating", "resource": {"urn": DEPLOYMENT, "inputs": {}}},
    {"type": "creating", "resource": {"urn": CHECK, "inputs": {}}},
]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    made = StandIns(tmp_path / "stand-ins")
    made.install()
    made.change(deployment={"resources": [], "pending_operations": LEFT})
    monkeypatch.setenv("PATH", str(made.folder / "bin"), prepend=":")
    return made


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["slipway", "recover", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return call


def test_it_adopts_reads_again_and_names_what_may_be_there_twice(engine: StandIns, run: Run) -> None:
    code, out, _ = run("--stack", "dev", "--yes")
    assert code == 0
    assert out.splitlines()[:3] == [
        "  Namespace workload, interrupted while creating: adopt scoring-dev",
        "  Deployment workload-app, interrupted while updating: read again",
        "  CheckApproval guard, interrupted while creating: not found",
    ]
    assert "dev's state is what exists; 1 of 1 that were being created exist" in out
    assert "look in Azure DevOps that it is not there twice" in out
    assert out.rstrip().endswith("next: pulumi up -s dev")
    assert engine.read()["deployment"]["resources"][0]["id"] == "scoring-dev"
    (refresh,) = [call for call in engine.calls if call.startswith("pulumi refresh")]
    assert f"--clear-pending-creates --target {DEPLOYMENT} --target {NAMESPACE}" in refresh


def test_nothing_is_written_without_consent(engine: StandIns, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _="": "n")
    code, _, _ = run("--stack", "dev")
    assert code == 1
    assert {call.split(" --")[0] for call in engine.calls} == {"pulumi stack export"}


def test_a_whole_state_needs_nothing(engine: StandIns, run: Run) -> None:
    engine.change(deployment={"resources": []})
    code, out, _ = run("--stack", "dev")
    assert (code, out.strip()) == (0, "dev has nothing to recover: pulumi up -s dev")


def test_an_engine_that_refuses_is_one_error_in_its_own_words(engine: StandIns, run: Run) -> None:
    engine.change(fails={"refresh": "configured Kubernetes cluster is unreachable: no route to host"})
    code, _, said = run("--stack", "dev", "--yes")
    assert code == 1
    assert "kubernetes:apps/v1:Deployment (workload-app): configured Kubernetes cluster is unreachable" in said
    assert "Traceback" not in said
