"""Fixtures of the tests of a service's callers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from .told import Reply, Told


@pytest.fixture
def told() -> Iterator[Callable[[Reply], Told]]:
    """Start services that reply as the given function says; they end with the test."""
    with ExitStack() as stack:
        yield lambda reply: stack.enter_context(Told(reply))
