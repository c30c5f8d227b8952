"""Closed-loop load by wrk, which costs the shared cores a fiftieth of what a client in Python would."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .server import Server

_SCRIPT = Path(__file__).with_name("post.lua")
NEEDED = "wrk is not on PATH and nothing else here loads a server as cheaply: apt-get install wrk"


@dataclass(frozen=True)
class Load:
    """What one slice of load came to."""

    per_second: float
    p50_ms: float
    p99_ms: float
    requests: int
    failed: int


class Wrk:
    """Posts the photos in turn over kept-alive connections."""

    def __init__(self, photos: list[Path]) -> None:
        self._photos = [str(path) for path in photos]

    def start(self, server: Server, connections: int, seconds: float) -> "subprocess.Popen[str]":
        """Begin to load `server`; `result` waits for the end."""
        url = f"http://{server.address[0]}:{server.address[1]}"
        sizes = ["-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s"]
        command = ["wrk", *sizes, "-s", str(_SCRIPT), url, "--", server.kind.path, *self._photos]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def run(self, server: Server, connections: int, seconds: float) -> Load:
        """Load `server` and wait."""
        return self.result(self.start(server, connections, seconds))

    @staticmethod
    def result(running: "subprocess.Popen[str]") -> Load:
        """What a started wrk found."""
        output, _ = running.communicate()
        if running.returncode:
            raise RuntimeError(f"wrk ended with status {running.returncode}")
        found = json.loads(output.splitlines()[-1])
        failed = found["bad_status"] + found["broken"]
        good = found["requests"] - found["bad_status"]
        return Load(good / found["seconds"], found["p50_ms"], found["p99_ms"], found["requests"], failed)


def available() -> bool:
    """Whether wrk is there."""
    return shutil.which("wrk") is not None
