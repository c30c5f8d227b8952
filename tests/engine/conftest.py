"""What the engine's tests share. They run where `pulumi` and its Python host are on PATH, and say so where not.

The program is brought up once for each starting point; every scenario goes on from a copy of it.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.harness.environments import Environments, release
from tests.engine.harness.workspace import Stack, Workspace

SMALL = Path(__file__).parent / "small"
_PARTS = ("pulumi", "pulumi-language-python")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [part for part in _PARTS if shutil.which(part) is None]
    if missing:
        reason = f"no real engine on this machine: {' and '.join(missing)} not on PATH"
        for item in items:
            if item.get_closest_marker("engine"):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def small(tmp_path: Path) -> Stack:
    """A stack of the small program, not deployed yet."""
    stack = Stack.new(Workspace(tmp_path / "small", source=SMALL), "dev")
    stack.configure("small:note", "spoken in confidence")
    return stack


@pytest.fixture
def blank(tmp_path: Path) -> Environments:
    """Nothing but what people make by hand; dev is not deployed yet."""
    return Environments.laid(Workspace(tmp_path / "blank"), "dev")


@pytest.fixture(scope="session")
def _first(tmp_path_factory: pytest.TempPathFactory) -> Environments:
    found = Environments.laid(Workspace(tmp_path_factory.mktemp("first") / "it"), "dev")
    found["dev"].up()
    return found


@pytest.fixture(scope="session")
def _live(_first: Environments, tmp_path_factory: pytest.TempPathFactory) -> Environments:
    found = _first.fork(tmp_path_factory.mktemp("live") / "it")
    found["dev"].configure("slipway:release", release(1))
    found["dev"].up()
    return found


@pytest.fixture(scope="session")
def _early(_live: Environments, tmp_path_factory: pytest.TempPathFactory) -> Environments:
    found = _live.fork(tmp_path_factory.mktemp("early") / "it")
    found.add("prod").up()
    return found


@pytest.fixture(scope="session")
def _chain(_early: Environments, tmp_path_factory: pytest.TempPathFactory) -> Environments:
    found = _early.fork(tmp_path_factory.mktemp("chain") / "it")
    found["prod"].configure("slipway:release", release(1))
    found["prod"].up()
    return found


Fork = Callable[[Environments], Environments]


@pytest.fixture
def _fork(tmp_path: Path) -> Fork:
    return lambda found: found.fork(tmp_path / "fork")


@pytest.fixture
def first(_first: Environments, _fork: Fork) -> Environments:
    """Dev after its first `up`, without a release."""
    return _fork(_first)


@pytest.fixture
def live(_live: Environments, _fork: Fork) -> Environments:
    """Dev with release 1."""
    return _fork(_live)


@pytest.fixture
def early(_early: Environments, _fork: Fork) -> Environments:
    """Dev with release 1, and prod after its first `up`, without one."""
    return _fork(_early)


@pytest.fixture
def chain(_chain: Environments, _fork: Fork) -> Environments:
    """Dev and prod, both with release 1."""
    return _fork(_chain)
