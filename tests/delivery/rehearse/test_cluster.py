"""Releases on a cluster: what comes up there, what the cluster itself lacks, and what is a failure of the release."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from delivery.console import Steps
from delivery.failure import FailureError
from delivery.rehearse import cluster
from delivery.rehearse.cluster import ClusterStage, UnusableError
from delivery.rehearse.machine import Machine
from delivery.rehearse.model import Places
from delivery.rehearse.objects import Objects
from delivery.rehearse.pack import Packed
from delivery.rehearse.rehearsal import Rehearsal
from delivery.release.deployer import StrandedError, Target
from tests.delivery.examples.colours import EXAMPLES
from tests.support.apps import SAMPLE

_KUBECTL = """#!{python}
import json, pathlib, sys
folder, asked = pathlib.Path({folder!r}), " ".join(sys.argv[1:])
with (folder / "asked").open("a") as log:
    log.write(asked + "\\n")
for words, (printed, complaint, code) in json.loads((folder / "answers.json").read_text()).items():
    if words in asked:
        print(printed)
        print(complaint, file=sys.stderr)
        sys.exit(code)
"""

DIGEST = "sha256:" + "ab" * 32
RELEASE = {"digest": DIGEST, "commit": "c" * 40, "model": {"name": "colours", "version": "1"}}
OBJECTS = Objects(
    [
        {"kind": "Namespace", "metadata": {"name": "scoring-r1"}},
        {"kind": "PriorityClass", "metadata": {"name": "priority-r1"}},
        {"kind": "Service", "metadata": {"name": "scoring", "namespace": "scoring-r1"}},
        {"kind": "HorizontalPodAutoscaler", "metadata": {"namespace": "scoring-r1"}, "spec": {"minReplicas": 2}},
        {
            "kind": "Deployment",
            "metadata": {"name": "app", "namespace": "scoring-r1"},
            "spec": {"selector": {"matchLabels": {"app": "scoring"}}},
        },
    ],
    ("the wish for nodes labelled slipway/pool=app",),
)

FORBIDDEN = 'Error from server (Forbidden): namespaces is forbidden: User "ada" cannot create resource "namespaces"'
SILENT = "Unable to connect to the server: dial tcp 192.0.2.1:443: i/o timeout"
INVALID = 'The Deployment "app" is invalid: spec.template.spec.containers[0].image: Required value'
SECURITY = 'Error from server (Forbidden): pods "app" is forbidden: violates PodSecurity "restricted:latest"'


@dataclass(frozen=True)
class Kubectl:
    """A stand-in on PATH: the first answer whose words are in the question is given."""

    folder: Path

    def say(self, **first: tuple[object, str, int]) -> None:
        """Answer with `first` before anything else; else as a cluster where all is well."""
        right: dict[str, tuple[object, str, int]] = {
            "get nodes": ({"items": []}, "", 0),
            "get deployment": (deployment(ready=2), "", 0),
            "get pods": ({"items": [pod(), pod()]}, "", 0),
            "get service": ({"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}}, "", 0),
            "logs": ("[pod/app] one line", "", 0),
        }
        given = {words.replace("_", " "): answer for words, answer in first.items()}
        answers = given | {words: answer for words, answer in right.items() if words not in given}
        encoded = {
            words: (said if isinstance(said, str) else json.dumps(said), complaint, code)
            for words, (said, complaint, code) in answers.items()
        }
        (self.folder / "answers.json").write_text(json.dumps(encoded), encoding="utf-8")

    @property
    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text(encoding="utf-8").splitlines()


def deployment(*, ready: int) -> dict[str, Any]:
    status = {"observedGeneration": 1, "updatedReplicas": 2, "readyReplicas": ready}
    return {"metadata": {"generation": 1}, "spec": {"replicas": 2}, "status": status}


def pod(**status: object) -> dict[str, Any]:
    return {"status": status}


def waiting(reason: str, message: str) -> dict[str, Any]:
    return pod(containerStatuses=[{"state": {"waiting": {"reason": reason, "message": message}}}])


def killed(message: str) -> dict[str, Any]:
    """A container that the kernel ended for memory, and that Kubernetes starts again after a while."""
    state = {"waiting": {"reason": "CrashLoopBackOff", "message": message}}
    last = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
    return pod(containerStatuses=[{"name": "app", "state": state, "lastState": last}])


def unscheduled(message: str) -> dict[str, Any]:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    return pod(conditions=[condition])


def pods(only: dict[str, Any]) -> dict[str, tuple[object, str, int]]:
    """Nothing is ready, and this is why."""
    return {"get_pods": ({"items": [only]}, "", 0), "get_deployment": (deployment(ready=0), "", 0)}


LACKS: dict[str, tuple[dict[str, tuple[object, str, int]], str]] = {
    "no image": (pods(waiting("ErrImagePull", "no such host")), "cannot pull the image: ErrImagePull: no such host"),
    "no room": (pods(unscheduled("Insufficient cpu")), "Unschedulable: Insufficient cpu"),
    "no address": ({"get_service": ({"status": {}}, "", 0)}, "Services of type LoadBalancer get no address there"),
    "no right": ({"apply": ("", FORBIDDEN, 1)}, 'User "ada" cannot create'),
    "no answer": ({"apply": ("", SILENT, 1)}, "Unable to connect to the server"),
}
FAULTS: dict[str, tuple[dict[str, tuple[object, str, int]], str]] = {
    "crashes": (pods(waiting("CrashLoopBackOff", "back-off")), "CrashLoopBackOff: back-off"),
    "takes too much memory": (pods(killed("back-off")), "OOMKilled: app was killed for memory; raise slipway:workload"),
    "hangs": ({"get_deployment": (deployment(ready=1), "", 0)}, "the rollout hangs"),
    "invalid": ({"apply": ("", INVALID, 1)}, "Required value"),
    "not admitted": ({"apply": ("", SECURITY, 1)}, "violates PodSecurity"),
}


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kubectl:
    program = tmp_path / "bin" / "kubectl"
    program.parent.mkdir()
    program.write_text(_KUBECTL.format(python=sys.executable, folder=str(tmp_path)), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    monkeypatch.setattr(cluster, "render", lambda *_given, **_named: OBJECTS)
    for limit in ("_FIRST_SECONDS", "_ROLLOUT_SECONDS", "_ADDRESS_SECONDS"):
        monkeypatch.setattr(cluster, limit, 0.2)
    monkeypatch.setattr(cluster, "_PAUSE_SECONDS", 0.01)
    made = Kubectl(tmp_path)
    made.say()
    return made


@pytest.fixture
def stage(kubectl: Kubectl, tmp_path: Path) -> Iterator[ClusterStage]:
    del kubectl
    with ClusterStage(tmp_path / "work", {DIGEST: f"registry.example/scoring@{DIGEST}"}, "/health") as made:
        yield made


def up(stage: ClusterStage) -> list[str]:
    """What is said meanwhile."""
    said: list[str] = []
    stage.up(RELEASE, "deploy", said.append)
    return said


def test_a_release_that_comes_up_has_the_load_balancers_address(stage: ClusterStage) -> None:
    assert up(stage) == ["deploy", "waiting for the load balancer's address"]
    assert stage.outputs() == {"endpointUrl": "http://192.0.2.7/"}
    assert stage.left_out == OBJECTS.left_out
    assert "one line" in stage.log()


def test_a_rollout_is_over_when_every_replica_is_new_and_ready_and_none_is_leaving(
    stage: ClusterStage, kubectl: Kubectl
) -> None:
    kubectl.say(get_pods=({"items": [pod(), pod(), pod()]}, "", 0))

    with pytest.raises(FailureError, match="the rollout hangs"):
        up(stage)


@pytest.mark.parametrize("lack", LACKS)
def test_what_a_cluster_lacks_for_any_release_makes_it_unusable(
    stage: ClusterStage, kubectl: Kubectl, lack: str
) -> None:
    answers, said = LACKS[lack]
    kubectl.say(**answers)

    with pytest.raises(UnusableError, match=said):
        up(stage)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_release_is_a_failure_from_the_first_on(
    stage: ClusterStage, kubectl: Kubectl, fault: str
) -> None:
    answers, said = FAULTS[fault]
    kubectl.say(**answers)

    with pytest.raises(FailureError, match=said):
        up(stage)


def test_what_a_cluster_lacks_after_it_has_run_a_release_is_a_failure(stage: ClusterStage, kubectl: Kubectl) -> None:
    up(stage)
    answers, said = LACKS["no image"]
    kubectl.say(**answers)

    with pytest.raises(FailureError, match=said):
        up(stage)


def test_its_end_takes_the_namespace_and_what_belongs_to_the_whole_cluster(
    stage: ClusterStage, kubectl: Kubectl
) -> None:
    up(stage)

    assert stage.end(EXAMPLES).startswith("namespace and what belonged to it are gone after")
    deleted = [asked.partition(" --")[0] for asked in kubectl.asked if asked.startswith("delete")]
    assert deleted == ["delete namespace scoring-r1", "delete PriorityClass priority-r1"]


def test_what_fails_half_way_is_taken_away_without_waiting_for_replicas(kubectl: Kubectl, tmp_path: Path) -> None:
    kubectl.say(**FAULTS["crashes"][0])
    with pytest.raises(FailureError), ClusterStage(tmp_path / "work", {DIGEST: "it"}, "/health") as stage:
        up(stage)

    assert any("delete pods --all --force" in asked for asked in kubectl.asked)
    assert "delete namespace scoring-r1" in " ".join(kubectl.asked)


class ElsewhereError(Exception):
    """The release goes to this machine instead."""


def rehearsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rehearsal:
    """A rehearsal at the point of its first release, on a machine with a cluster."""

    def local(*_given: object) -> None:
        raise ElsewhereError

    monkeypatch.setattr("delivery.rehearse.rehearsal.LocalStage", local)
    made = Rehearsal(app=SAMPLE, steps=Steps(Console(file=io.StringIO(), width=200)), places=Places(tmp_path / "r"))
    made._begin()  # what comes before the first release is no matter here
    made.machine = Machine(engine="28", kubernetes="v1")
    made.references[DIGEST] = "registry.example/scoring@" + DIGEST
    return made


def first_release(rehearsal: Rehearsal) -> None:
    packed = Packed(Target(RELEASE, "20260102T120000Z-" + "ab" * 6), lambda: None, "process", "it")  # type: ignore[arg-type, return-value]  # it is never started
    with ExitStack() as stack:
        rehearsal._release(stack, packed)


@pytest.mark.parametrize("lack", LACKS)
def test_a_rehearsal_leaves_out_a_cluster_that_can_run_nothing(
    kubectl: Kubectl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lack: str
) -> None:
    answers, said = LACKS[lack]
    rehearsal = rehearsed(tmp_path, monkeypatch)
    kubectl.say(**answers)

    with pytest.raises(ElsewhereError):
        first_release(rehearsal)
    [missing] = rehearsal.story.missing
    assert missing.name == "the cluster"
    assert said in missing.reason


@pytest.mark.parametrize("fault", FAULTS)
def test_a_rehearsal_fails_where_the_release_fails_on_the_cluster(
    kubectl: Kubectl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    answers, said = FAULTS[fault]
    rehearsal = rehearsed(tmp_path, monkeypatch)
    kubectl.say(**answers)

    with pytest.raises(StrandedError, match=said):
        first_release(rehearsal)
    assert rehearsal.story.missing == []
