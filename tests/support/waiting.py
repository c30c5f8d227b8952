"""Waiting for what must come about, for as long as the slowest machine may take."""

import time
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds. A test waits so long only to fail."""


def await_that(condition: Callable[[], bool], what: str) -> None:
    """Return as soon as `condition` holds; fail with `what` was awaited where it never does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE:g} s in vain until {what}"
        time.sleep(0.02)
