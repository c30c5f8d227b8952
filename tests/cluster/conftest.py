"""What the cluster's tests share. They run where they are asked for and KUBECONFIG names a cluster.

Never by themselves: KUBECONFIG may well name a cluster that somebody uses.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from . import images as packing
from .deployed import Deployed
from .images import Images, Packed
from .kubectl import KubectlError, get, kubectl
from .load import Figures

_POOL = "slipway/pool=app"
_FIGURES = pytest.StashKey[list[Figures]]()
_TOLD = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = []
    config.stash[_TOLD] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if reason := _absence(str(config.option.markexpr)):
        for item in items:
            if item.get_closest_marker("cluster"):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if figures := config.stash[_FIGURES]:
        terminalreporter.section("under load")
        for one in figures:
            terminalreporter.write_line(str(one))
        judged = sum(one.undisturbed for one in figures)
        terminalreporter.write_line(f"{sum(one.count for one in figures)} requests in all")
        terminalreporter.write_line(f"times tell of the workload in {judged} of {len(figures)} stretches")
    if told := config.stash[_TOLD]:
        terminalreporter.section("through the engine")
        for line in told:
            terminalreporter.write_line(line)


def _absence(selected: str) -> str:
    if "cluster" not in selected:
        return "it changes the cluster that KUBECONFIG names: make test-cluster runs it"
    if not os.environ.get("KUBECONFIG"):
        return "KUBECONFIG is not set"
    if not shutil.which("kubectl"):
        return "kubectl is not on PATH"
    try:
        server = kubectl("config", "view", "--minify", "--output", "jsonpath={.clusters[0].cluster.server}")
    except KubectlError as error:
        return f"KUBECONFIG names no cluster: {error}"
    host = urlsplit(server).hostname
    if host not in ("127.0.0.1", "localhost", "::1") and not os.environ.get("TEST_ANY_CLUSTER"):
        return f"the cluster at {host} is not on this machine; TEST_ANY_CLUSTER=yes tests on it all the same"
    return ""


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> list[Figures]:
    """Figures that the summary shows."""
    shown: list[Figures] = request.config.stash[_FIGURES]
    return shown


@pytest.fixture(scope="session")
def told(request: pytest.FixtureRequest) -> list[str]:
    """Lines that the summary shows."""
    lines: list[str] = request.config.stash[_TOLD]
    return lines


@pytest.fixture(scope="session")
def nodes() -> Iterator[None]:
    """Nodes of the pool that the stack files name, as AKS labels them; labels made here go again."""
    bare = [
        node["metadata"]["name"] for node in get("nodes")["items"] if "slipway/pool" not in node["metadata"]["labels"]
    ]
    for name in bare:
        kubectl("label", "node", name, _POOL)
    yield
    for name in bare:
        kubectl("label", "node", name, "slipway/pool-")


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory, nodes: None) -> Iterator[Images]:  # noqa: ARG001  # where they run
    yield from packing.images(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="session")
def first(images: Images) -> Packed:
    """The app with the model's version 1."""
    return images.model("1")


@pytest.fixture(scope="session")
def second(images: Images) -> Packed:
    """The app with the model's version 2."""
    return images.model("2")


def environment(stack: str = "dev") -> Iterator[Deployed]:
    """An environment like `stack` that nobody else has; it goes at the end."""
    deployed = Deployed(f"t{uuid.uuid4().hex[:5]}", stack)
    try:
        yield deployed
    finally:
        deployed.remove()
