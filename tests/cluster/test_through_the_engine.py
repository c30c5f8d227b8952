"""The whole way: a real engine runs the program, and Pulumi's own Kubernetes provider brings the workload to a cluster.

Azure alone is simulated. It hands out the credentials of the cluster that KUBECONFIG names, and what the environment's
registry would hold, the node holds already, under the registry's name.
"""

import os
import shutil
import signal
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import pytest
from rich.console import Console

from delivery.console import Steps
from delivery.image.records import Model
from delivery.image.registry.client import Stored
from delivery.model.location import parse_location
from delivery.model.store import open_store
from delivery.release import importing
from delivery.release.deploy import deploy
from delivery.release.deployer import Deployer, RestoredError
from delivery.release.engine import Engine
from delivery.release.gate import GateError
from delivery.release.record import Image, Release, release_id
from delivery.release.rollback import rollback
from delivery.release.smoke import Demands
from delivery.release.store import ReleaseStore
from tests.delivery.release import samples
from tests.engine.harness.environments import Environments
from tests.engine.harness.operations import Outcome
from tests.engine.harness.workspace import Stack, Workspace
from tests.support.apps import SAMPLE
from tests.support.waiting import await_that

from .deployed import Deployed
from .images import BROKEN, HASTY, Images, Packed
from .kubectl import KubectlError, get, kubectl
from .load import Figures, Load
from .node import drop, hold

pytestmark = pytest.mark.cluster

DEPLOYMENT = "kubernetes:apps/v1:Deployment::workload-app"
_PARTS = ("pulumi", "pulumi-language-python", "pulumi-resource-kubernetes")
_PATIENCE = 180


@dataclass(frozen=True)
class Environment:
    """An environment of the program, its workload on the cluster."""

    stack: Stack
    deployed: Deployed
    held: set[str] = field(default_factory=set)
    """Names of images that the node holds for it."""

    def recorded(self, image: Packed) -> Release:
        """The release of `image`, which the node holds under the name that the environment's registry gives it."""
        name, _, digest = image.reference.partition("@")
        registry, _, repository = name.partition("/")
        own = f"{self.stack.outputs()['registryLoginServer']}/{repository}@{digest}"
        hold(image.reference, own)
        self.held.update((image.reference, own))
        pushed = Image(registry=registry, repository=repository, digest=digest, tag="t", size=1)
        model = Model(name=image.model.name, version=image.model.version, sha256=image.model.sha256)
        facts = {"image": pushed, "commit": image.commit, "build_id": image.build, "model": model}
        return samples.release(1).model_copy(update=facts | {"id": release_id(samples.NOON, digest)})

    def release(self, image: Packed) -> tuple[Outcome, float, float]:
        """What the engine did, its seconds, and those from its start until callers were answered by `image` alone."""
        self.stack.configure("slipway:release", self.recorded(image).configuration())
        begun = time.monotonic()
        with ThreadPoolExecutor(1) as watching:
            answered = watching.submit(self._answered, image.model.version, begun)
            done = self.stack.up()
            return done, time.monotonic() - begun, answered.result()

    def _answered(self, version: str, begun: float) -> float:
        """Seconds from `begun` until the first of the last twenty answers in a row that name `version`."""
        since, row = begun, 0
        while row < 20:
            assert time.monotonic() - begun < _PATIENCE, f"version {version} never answered"
            with suppress(OSError, HTTPException, KubectlError):  # there is no address yet, or nobody behind it
                right = self.deployed.version()["model"]["version"] == version
                since, row = (since, row + 1) if right and row else (time.monotonic(), int(right))
            time.sleep(0.05)
        return since - begun

    def remove(self) -> None:
        """Azure would take the cluster's objects along with the cluster."""
        mine = ("--selector", f"app.kubernetes.io/instance={self.deployed.namespace}", "--ignore-not-found")
        kubectl("delete", "namespace", self.deployed.namespace, "--ignore-not-found", "--timeout=180s")
        kubectl("delete", "priorityclass", *mine)
        kubectl("--namespace", "kube-system", "delete", "configmap", *mine)
        drop(self.held)


@pytest.fixture(scope="module")
def environment(nodes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """An environment like dev after its first `up`, with no release yet."""
    del nodes
    if missing := [part for part in _PARTS if shutil.which(part) is None]:
        pytest.skip(f"no real engine on this machine: {' and '.join(missing)} not on PATH")
    workspace = Workspace(tmp_path_factory.mktemp("engine") / "it", kubeconfig=Path(os.environ["KUBECONFIG"]))
    name = f"t{uuid.uuid4().hex[:5]}"
    stack = Environments(workspace).copy("dev", name)
    for setting, value in HASTY.items():
        stack.configure(f"slipway:workload.{setting}", value)
    stack.up()
    made = Environment(stack, Deployed(name))
    yield made
    made.remove()


@pytest.fixture(scope="module")
def live(environment: Environment, first: Packed, told: list[str]) -> Environment:
    """The first release, which makes the whole workload."""
    done, took, answered = environment.release(first)
    told.append(f"first release: `pulumi up` {took:.1f} s, answered after {answered:.1f} s")
    environment.deployed.await_rollout()
    assert set(done.of("kubernetes").values()) == {"create"}
    return environment


@pytest.fixture
def load(live: Environment, tmp_path: Path, figures: list[Figures]) -> Load:
    """Steady, from when it is entered."""
    return Load(live.deployed.await_address(), tmp_path, per_second=50, stretches=figures)


def test_the_first_release_comes_up_and_the_next_up_finds_nothing_to_do(live: Environment, first: Packed) -> None:
    model = live.deployed.version()["model"]

    assert (model["version"], model["sha256"]) == (first.model.version, first.model.sha256)
    assert live.stack.up("--expect-no-changes").operations == {}
    assert live.stack.preview("--refresh", "--expect-no-changes").operations == {}


def test_the_stack_knows_what_the_cluster_runs(live: Environment) -> None:
    [deployment] = get("-n", live.deployed.namespace, "deployments")["items"]
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    digest = live.stack.outputs()["release"]["digest"]

    assert container["image"].endswith(f"@{digest}")


def test_another_model_is_released_and_taken_back_under_load_without_a_failed_request(
    live: Environment, first: Packed, second: Packed, load: Load, told: list[str]
) -> None:
    with load:
        for image, what in ((second, "release by the engine"), (first, "and back")):
            with load.stretch(what) as stretch:
                done, took, answered = live.release(image)
                live.deployed.await_rollout()
            told.append(f"{what}: `pulumi up` {took:.1f} s, the new one alone answers after {answered:.1f} s")

            assert done.operations == {DEPLOYMENT: "update"}
            assert stretch.result.failures == {}


@pytest.fixture
def deployer(live: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployer:
    """Whoever runs `delivery release` on it. What its registry would hold, the node holds."""

    class Registry:
        def __init__(self, place: object) -> None:
            del place

        def manifest(self, reference: str) -> Stored:
            return Stored(reference.encode(), "", "")

    monkeypatch.setattr(importing, "Registry", Registry)
    for name, value in live.stack.workspace.variables.items():
        monkeypatch.setenv(name, value)
    return Deployer(
        app=SAMPLE,
        steps=Steps(Console(width=200)),
        engine=Engine(live.stack.name, live.stack.workspace.project),
        store=ReleaseStore(open_store(parse_location(str(tmp_path / "releases")), create=True)),
        demands=Demands(settle_seconds=30, latency_ms=5000),
        address=f"http://{live.deployed.await_address()}/",
    )


@pytest.mark.parametrize("fault", BROKEN)
def test_the_release_command_goes_back_from_a_broken_image_by_itself(
    live: Environment,
    deployer: Deployer,
    images: Images,
    first: Packed,
    fault: str,
    load: Load,
    told: list[str],
) -> None:
    broken = live.recorded(images.broken(first, BROKEN[fault]))
    before = (live.deployed.ready(), live.deployed.version(), live.stack.outputs()["release"])

    with load, load.stretch(f"a release that {fault}") as stretch:
        begun = time.monotonic()
        with pytest.raises(RestoredError, match="is live again, and was proved"):
            deploy(deployer, broken)
        told.append(f"a release that {fault}: undone after {time.monotonic() - begun:.1f} s")

    assert (live.deployed.ready(), live.deployed.version(), live.stack.outputs()["release"]) == before
    assert stretch.result.failures == {}


def test_the_release_command_releases_another_model_and_goes_back_without_a_failed_request(
    live: Environment, deployer: Deployer, first: Packed, second: Packed, load: Load
) -> None:
    one, two = live.recorded(first), live.recorded(second)
    for release in (one, two):
        deployer.store.add(release, samples.DOCUMENTS)

    with load:
        with load.stretch("`release deploy` twice") as forth:
            deploy(deployer, one)
            deploy(deployer, two)
        assert live.deployed.version()["model"]["version"] == second.model.version
        with load.stretch("`release rollback`") as back:
            rollback(deployer)

    assert live.deployed.version()["model"]["version"] == first.model.version
    assert (forth.result.failures, back.result.failures) == ({}, {})


def kill_engine_in_rollout(live: Environment, image: Packed) -> None:
    """Kill the engine of an `up` once the cluster was asked for `image`, while its pods still start."""
    project = live.stack.workspace.project.resolve()

    def asked() -> bool:
        [deployment] = get("-n", live.deployed.namespace, "deployments")["items"]
        digest = image.reference.partition("@")[2]
        return bool(deployment["spec"]["template"]["spec"]["containers"][0]["image"].endswith(digest))

    await_that(asked, "the Deployment names the new image")
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if words[:2] == [b"pulumi", b"up"] and (process / "cwd").resolve() == project:
                os.kill(int(process.name), signal.SIGKILL)


def test_an_engine_that_is_killed_in_a_rollout_leaves_the_last_good_release(
    live: Environment, deployer: Deployer, first: Packed, second: Packed, load: Load
) -> None:
    """The cluster goes on with the rollout by itself: only a desired image that was put back is back."""
    one, two = live.recorded(first), live.recorded(second)
    for release in (one, two):
        deployer.store.add(release, samples.DOCUMENTS)
    deploy(deployer, one)

    with load, load.stretch("an engine that is killed") as stretch, ThreadPoolExecutor(1) as killing:
        killed = killing.submit(kill_engine_in_rollout, live, second)
        with pytest.raises(RestoredError, match="pulumi up was ended by SIGKILL"):
            deploy(deployer, two)
        killed.result()
        live.deployed.await_rollout()

    assert live.deployed.version()["model"]["version"] == first.model.version
    assert live.stack.outputs()["release"] == one.configuration()
    assert live.stack.preview("--refresh").of("kubernetes") == {}
    assert stretch.result.failures == {}


def test_a_login_that_fails_stops_a_release_in_its_own_words(
    live: Environment, deployer: Deployer, first: Packed, second: Packed
) -> None:
    """The provider itself previews without the cluster, and every gate would pass."""
    deploy(deployer, live.recorded(first))
    kubelogin = live.stack.workspace.root / "bin" / "kubelogin"
    sound = kubelogin.read_text()
    kubelogin.write_text("#!/bin/sh\necho 'AADSTS700082: The refresh token has expired' >&2\nexit 1\n")
    try:
        with pytest.raises(GateError, match=r"(?s)the cluster does not answer; nothing was changed.*unreachable"):
            deploy(deployer, live.recorded(second))
    finally:
        kubelogin.write_text(sound)
    assert live.deployed.version()["model"]["version"] == first.model.version


def test_a_pool_of_another_size_leaves_the_workload_alone(live: Environment) -> None:
    live.deployed.await_rollout()
    pods = {pod["metadata"]["uid"] for pod in live.deployed.pods()}
    live.stack.configure("slipway:cluster.pools.app.maxCount", 5)

    planned = live.stack.preview()
    assert planned.of("kubernetes") == {}
    assert set(planned.of("AgentPool").values()) == {"update"}
    live.stack.up()

    assert {pod["metadata"]["uid"] for pod in live.deployed.pods()} == pods
