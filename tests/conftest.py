"""What every test may count on, whoever runs it, and what none may do to their machine."""

import os
import signal
from pathlib import Path

import pytest

# Read when onnxruntime is first imported; it would otherwise leave an id in the home folder and start a thread.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# Shells start background jobs deaf to these, and children inherit it: a test that interrupts would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

_IMAGE = Path(__file__).parent / "image"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one worker, for its fixtures, and the image's tests, which share a Docker engine."""
    for item in items:
        group = _IMAGE if item.path.is_relative_to(_IMAGE) else item.path
        item.add_marker(pytest.mark.xdist_group(str(group)))
