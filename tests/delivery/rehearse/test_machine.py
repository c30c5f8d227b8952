"""What a machine has: asked, never guessed."""

from pathlib import Path

import pytest

from delivery.image.registry.place import Place
from delivery.rehearse import machine
from delivery.rehearse.machine import Machine, no_cluster, no_engine, no_previews
from delivery.up import programs
from delivery.up.programs import Program

KUBECTL = """#!/bin/sh
case "$1" in
  config) echo "https://{host}:6443" ;;
  version) {version} ;;
  auth) exit {may} ;;
esac
"""
ANSWERS = """echo '{"serverVersion": {"gitVersion": "v1.34.2"}}'"""


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setattr(machine, "absence", lambda: "docker is not on PATH")
    monkeypatch.setattr(machine, "find_engine", lambda: None)


def kubectl(
    monkeypatch: pytest.MonkeyPatch, folder: Path, host: str = "127.0.0.1", version: str = ANSWERS, may: int = 0
) -> None:
    """A machine with a kubectl that answers so."""
    program = folder / "kubectl"
    program.write_text(
        KUBECTL.replace("{host}", host).replace("{version}", version).replace("{may}", str(may)), encoding="utf-8"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("KUBECONFIG", str(folder / "config"))


def test_without_anything_each_part_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "SDK", ("no_such_package",))
    found = Machine.look(None)
    assert (found.image, found.registry, found.cluster) == (
        "docker is not on PATH",
        "REGISTRY names no place",
        "KUBECONFIG is not set",
    )
    assert found.sdk == "Pulumi's SDK is not installed (no_such_package)"
    assert found.pulumi == found.sdk
    assert list(found.parts()) == []


def test_an_engine_is_named_and_its_absence_has_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert str(no_engine(Machine.look(None).pulumi)).endswith(
        "To have it: put Pulumi on PATH, or: slipway up --simulated --install-engine"
    )
    monkeypatch.setattr(machine, "find_engine", lambda: Program(tmp_path, "on PATH"))
    found = Machine.look(None)
    assert found.pulumi == ""
    assert Machine.look(None, up=False).pulumi == "--no-up was given"
    assert "Pulumi's engine" in found.parts()


def test_a_cluster_on_this_machine_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kubectl(monkeypatch, tmp_path)
    found = Machine.look(Place("registry.example", "scoring"))
    assert (found.cluster, found.kubernetes) == ("", "v1.34.2")
    assert found.no_cluster == "it needs a pushed image, but docker is not on PATH"


def test_a_cluster_elsewhere_is_left_alone_unless_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kubectl(monkeypatch, tmp_path, host="192.0.2.7")
    assert Machine.look(None).cluster == (
        "the cluster at 192.0.2.7 is not on this machine; SLIPWAY_ANY_CLUSTER=yes uses it all the same"
    )
    assert Machine.look(None, any_cluster=True).cluster == ""


def test_a_cluster_that_does_not_answer_is_named_with_kubectls_own_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kubectl(monkeypatch, tmp_path, version="echo connection refused >&2; exit 1")
    assert Machine.look(None).cluster == "the cluster that KUBECONFIG names cannot be used: connection refused"


def test_a_cluster_without_the_right_to_make_namespaces_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kubectl(monkeypatch, tmp_path, may=1)
    assert "cannot be used: kubectl auth can-i create namespaces" in Machine.look(None).cluster


def test_what_is_missing_says_what_is_lost_and_what_to_do() -> None:
    assert str(no_cluster("KUBECONFIG is not set")) == (
        "KUBECONFIG is not set. Not proved: admission, the rollout of replicas, the load balancer. "
        "To have it: set KUBECONFIG to a cluster on this machine, and REGISTRY to a registry that it pulls from"
    )


def test_an_app_that_no_stack_file_runs_is_helped_by_no_package() -> None:
    found = Machine.look(None, image=False, staged=False)

    assert str(no_previews(found.sdk)) == (
        "the stack files run another app; slipway:app.contract names it there. Not proved: what each environment "
        "consists of, and what the second release would change there."
    )
