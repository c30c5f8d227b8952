"""The node's side of a pod, where the node is this machine."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest


def processes(uid: str, command: str) -> list[int]:
    """Process ids of the pod with `uid` that run `command`. Skips the test where the node is another machine."""
    found = []
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if folder.name.isdecimal() and uid in (folder / "cgroup").read_text(encoding="ascii"):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                found += [int(folder.name)] if command.encode() in words else []
    if not found:
        pytest.skip("the pod's processes are not on this machine")
    return found


def kill(pid: int) -> None:
    """SIGKILL, without a word."""
    os.kill(pid, signal.SIGKILL)
