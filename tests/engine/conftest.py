"""What the engine's tests share. They run where `pulumi` and its Python host are on PATH, and say so where not."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

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
def workspace(tmp_path: Path) -> Callable[[str], Workspace]:
    return lambda name: Workspace(tmp_path / name)
