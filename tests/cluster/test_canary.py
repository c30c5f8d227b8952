"""A canary on a real cluster, behind a real gateway, judged by what a real Prometheus has of the proxies.

Beside what the way in needs, `prometheus` is on PATH, or TEST_PROMETHEUS names it.
"""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from delivery.console import Steps
from delivery.model.location import parse_location
from delivery.model.store import open_store
from delivery.release.canary.figures import REQUESTS
from delivery.release.canary.growth import Growth
from delivery.release.canary.judging import Limits
from delivery.release.canary.plan import Pace, Phase, Plan
from delivery.release.canary.trial import Trial, UnjudgedError
from delivery.release.deployer import RestoredError, Target
from delivery.release.store import ReleaseStore
from tests.support.apps import SAMPLE

from .beside import Beside, ByVersion, ClusterEngine, configuration, find_targets, prometheus_config
from .ground import Ground, ground
from .images import Images, Packed
from .kubectl import eventually
from .load import Figures, Load

pytestmark = pytest.mark.cluster

PACE = Pace(scrape=4, lag=4, poll=2)
LENIENT = Limits(least_requests=50, failures_percent=1, slowdown=5)
"""On a busy machine two pods of the same image differ by more than in a cloud."""

_SERVER = """
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self, status):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(status)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
    def do_GET(self):
        self.answer(200)
    def do_POST(self):
        %s
    def log_message(self, *args):
        pass
for port in (8080, 8081):
    Thread(target=ThreadingHTTPServer(("", port), Handler).serve_forever).start()
"""
FAILING = f"CMD {json.dumps(['python', '-c', _SERVER % 'self.answer(500 if time.time() % 2 < 1 else 200)'])}"
SLOW = f"CMD {json.dumps(['python', '-c', _SERVER % 'time.sleep(1.5); self.answer(200)'])}"


@pytest.fixture(scope="module")
def lab() -> Iterator[Ground]:
    yield from ground(acme=False)


@dataclass(frozen=True)
class Prometheus:
    """A real one, and the file of what it scrapes."""

    url: str
    targets: Path


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    program = os.environ.get("TEST_PROMETHEUS") or shutil.which("prometheus")
    if not program:
        pytest.skip("prometheus is not on PATH, and TEST_PROMETHEUS is not set")
    folder = tmp_path_factory.mktemp("prometheus")
    file, targets = folder / "prometheus.yml", folder / "targets.json"
    file.write_text(yaml.safe_dump(prometheus_config(targets)), encoding="utf-8")
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    arguments = (f"--config.file={file}", f"--storage.tsdb.path={folder / 'data'}")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, *arguments, f"--web.listen-address=127.0.0.1:{port}"], stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(f"Prometheus ({folder / 'log'})", lambda: process.poll() is None and _is_ready(url), 30)
        yield Prometheus(url, targets)
    finally:
        process.terminate()
        process.wait()


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready") as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@dataclass
class World:
    """The environment, the engine and the images by what they do."""

    beside: Beside
    engine: ClusterEngine
    images: dict[str, Packed]
    store: ReleaseStore

    def target(self, name: str) -> Target:
        return Target(configuration(self.images[name]))

    def bring(self, name: str, *phases: Phase, limits: Limits = LENIENT) -> None:
        """Deploy a release by a canary; the release that is live is the good one."""
        deployer = ByVersion(
            steps=Steps(Console(width=200)), engine=self.engine, app=SAMPLE, store=self.store, by="a test"
        )
        good = Target(dict(self.engine.outputs()["release"]))
        trial = Trial(plan=Plan(phases=phases, limits=limits), figures=self.engine.figures(), pace=PACE)
        deployer.replace(self.target(name), good, "deploy", over=good.digest, trial=trial)

    @property
    def live(self) -> str:
        """The name of the image that the stack runs."""
        digest = self.engine.outputs()["release"]["digest"]
        return next(name for name, image in self.images.items() if image.reference.endswith(digest))


@pytest.fixture(scope="module")
def world(
    lab: Ground,
    prometheus: Prometheus,
    images: Images,
    first: Packed,
    second: Packed,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    known = {
        "first": first,
        "second": second,
        "failing": images.broken(first, FAILING),
        "slow": images.broken(first, SLOW),
    }
    beside = Beside(lab)
    engine = ClusterEngine(beside, {one.reference.partition("@")[2]: one for one in known.values()}, prometheus.url)
    store = ReleaseStore(open_store(parse_location(str(tmp_path_factory.mktemp("releases"))), create=True))
    made = World(beside, engine, known, store)
    try:
        beside.prepare()
        engine.up(configuration(first), "the first release", print)
        beside.await_entry()
        prometheus.targets.write_text(json.dumps(find_targets()), encoding="utf-8")
        yield made
    finally:
        beside.remove()


@pytest.fixture
def load(world: World, tmp_path: Path, figures: list[Figures]) -> Load:
    return Load(
        world.beside.address,
        tmp_path,
        per_second=20,
        port=443,
        name=world.beside.host,
        authority=str(world.beside.trusted),
        stretches=figures,
    )


def canary(seconds: float = 20) -> Phase:
    return Phase(kind="canary", share=25, seconds=seconds)


def test_a_worse_canary_goes_back_by_its_failures(world: World, load: Load) -> None:
    with (
        load,
        load.stretch("a canary that fails") as stretch,
        pytest.raises(RestoredError, match=r"% of its requests failed, 0\.0% of the live release's"),
    ):
        world.bring("failing", canary(60))

    assert world.live == "first"
    assert "canary" not in world.engine.outputs()
    # Callers see what the canary answers, and nothing else fails.
    assert set(stretch.result.failures) == {"500"}
    with load_again(load) as after, after.stretch("after it went") as quiet:
        time.sleep(5)
    assert quiet.result.failures == {}


def load_again(load: Load) -> Load:
    return Load(
        load.host,
        load.folder,
        per_second=load.per_second,
        port=load.port,
        name=load.name,
        authority=load.authority,
        stretches=load.stretches,
    )


def test_a_worse_canary_goes_back_by_its_times(world: World, load: Load) -> None:
    with (
        load,
        load.stretch("a canary that is slow") as stretch,
        pytest.raises(RestoredError, match="19 of 20 of its requests took up to"),
    ):
        world.bring("slow", canary(60))

    assert stretch.result.failures == {}
    assert (world.live, world.beside.version()) == ("first", "1")


def test_a_canary_without_callers_is_not_judged(world: World) -> None:
    with pytest.raises(UnjudgedError, match="too few to judge it"):
        world.bring("second", canary(4))

    assert world.live == "first"


def test_a_shadowed_request_reaches_both_and_is_answered_once(world: World) -> None:
    deployer_engine, shadow = world.engine, Phase(kind="shadow", share=50, seconds=1)
    new = configuration(world.images["second"])
    deployer_engine.beside(shadow.configuration(new)).up(deployer_engine.outputs()["release"], "shadow", print)
    try:
        figures = deployer_engine.figures()
        time.sleep(PACE.scrape + PACE.lag)
        growth = Growth(figures.read(figures.now() - PACE.lag))
        answers = [world.beside.version() for _ in range(60)]
        time.sleep(PACE.scrape + PACE.lag)
        growth.add(figures.read(figures.now() - PACE.lag))
    finally:
        deployer_engine.up(deployer_engine.outputs()["release"], "away", print)

    def grown(cluster: str) -> float:
        return growth.total(metric=REQUESTS, envoy_cluster_name=cluster)

    assert answers == ["1"] * 60
    assert grown(figures.names.live) + grown(figures.names.canary) == 60
    assert 10 <= grown(figures.names.shadow) <= 50


def test_a_good_canary_goes_on_and_no_request_is_lost(world: World, load: Load) -> None:
    with load, load.stretch("shadow, canary, and all at once") as stretch:
        world.bring("second", Phase(kind="shadow", share=25, seconds=20), canary())

    assert stretch.result.failures == {}
    assert (world.live, world.beside.version()) == ("second", "2")
    assert "canary" not in world.engine.outputs()


def test_a_canary_that_was_left_goes_with_the_next_up(world: World, load: Load) -> None:
    live = world.engine.outputs()["release"]
    with load, load.stretch("a canary is left and taken away") as stretch:
        world.engine.beside(canary().configuration(configuration(world.images["first"]))).up(live, "left", print)
        eventually("answers of both", lambda: {world.beside.version() for _ in range(20)} == {"1", "2"})
        world.engine.up(live, "away", print)
        eventually("answers of one", lambda: {world.beside.version() for _ in range(20)} == {"2"})

    assert stretch.result.failures == {}
