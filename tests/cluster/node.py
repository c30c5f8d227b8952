"""The node's side of a pod, where the node is this machine."""

import os
import shutil
import signal
import subprocess
import tomllib
from collections.abc import Iterable
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


def hold(reference: str, name: str) -> None:
    """Have the node hold an image of the registry under another name as well. Skips where it is another machine."""
    _images("pull", "--plain-http", reference)
    _images("tag", "--force", reference, name)


def drop(names: Iterable[str]) -> None:
    """Have the node forget images that it holds by `hold`."""
    _images("rm", *names)


def _images(*command: str) -> None:
    """`ctr images`; skips where there is no ctr."""
    if shutil.which("ctr") is None:
        pytest.skip("ctr, which comes with containerd, is not on PATH")
    words = ["ctr", "--address", _containerd(), "--namespace", "k8s.io", "images", *command]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr.strip()}"


def _containerd() -> str:
    """Where the kubelet's containerd listens, from the settings that it was started with."""
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            program, *words = (folder / "cmdline").read_text(encoding="utf-8").split("\0")
            if Path(program).name == "containerd" and "--config" in words:
                settings = tomllib.loads(Path(words[words.index("--config") + 1]).read_text(encoding="utf-8"))
                if "io.containerd.grpc.v1.cri" in settings.get("plugins", {}):
                    return str(settings["grpc"]["address"])
    pytest.skip("the node's containerd is not on this machine")
