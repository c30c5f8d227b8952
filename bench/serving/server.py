"""A server under test: a command with a port and a model folder, and how it takes a photo."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from . import client
from .work import MODEL_VARIABLE

_START_SECONDS = 60.0
_STOP_SECONDS = 15.0


class ServerError(Exception):
    """A server that did not start, or answers wrongly; the message ends with its log."""


@dataclass(frozen=True)
class Kind:
    """What is started: the module, its variables, and its own paths."""

    name: str
    module: str
    path: str
    ready: str
    variables: Mapping[str, str] = field(default_factory=dict)
    """`{port}`, `{management_port}` and `{model}` are filled in."""


_OURS = {"SCORING_PORT": "{port}", "SCORING_MANAGEMENT_PORT": "{management_port}", "SCORING_MODEL_DIR": "{model}"}
_THEIRS = {"BENCH_PORT": "{port}", MODEL_VARIABLE: "{model}"}

KINDS = {
    "ours": Kind("ours", "app.scoring", "/v1/classify", "/v2/health/ready", _OURS),
    "fastapi": Kind("fastapi", "bench.serving.fastapi_app", "/classify", "/readyz", _THEIRS),
    "litserve": Kind("litserve", "bench.serving.litserve_app", "/classify", "/health", _THEIRS),
}


def variant(name: str, variables: Mapping[str, str]) -> Kind:
    """Our own service under another name with other variables, to be compared with itself."""
    ours = KINDS["ours"]
    return Kind(name, ours.module, ours.path, ours.ready, {**ours.variables, **variables})


class Server:
    """A started server on a free port of its own."""

    def __init__(self, kind: Kind, model: Path) -> None:
        """Start it and wait until it is ready. Raises ServerError."""
        self.kind = kind
        self.address = ("127.0.0.1", _free_port())
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # closed by stop()
        filled = {
            k: v.format(port=self.address[1], management_port=_free_port(), model=model)
            for k, v in kind.variables.items()
        }
        start = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", kind.module],
            env=os.environ | filled,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        self._await_ready()
        self.cold_start = time.perf_counter() - start

    def classify(self, photo: bytes) -> list[int]:
        """Indexes of the most probable classes of `photo`, as this server answers it."""
        answer = client.ask(self.address, client.post(self.kind.path, photo), timeout=30)
        if answer.status != 200:
            raise ServerError(f"{self.kind.name}: answered {answer.status}: {answer.body[:300]!r}\n{self.log()}")
        return [entry["index"] for entry in json.loads(answer.body)["classes"]]

    def require_alive(self) -> None:
        """Raise ServerError where it has ended, so that silence is never taken for a figure."""
        if (status := self.process.poll()) is not None:
            raise ServerError(f"{self.kind.name}: ended with {status} while it was measured\n{self.log()}")

    def log(self) -> str:
        """The end of what the server has written."""
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")[-2000:]

    def stop(self) -> int:
        """End it as a cluster would, and return its exit status; what is left after that is killed."""
        self.process.terminate()
        try:
            status = self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self._log.close()
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _await_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        request = client.get(self.kind.ready)
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise ServerError(f"{self.kind.name}: ended with {self.process.returncode} at start\n{self.log()}")
            with suppress(OSError):
                if client.ask(self.address, request, timeout=5).status == 200:
                    return
            time.sleep(0.005)
        log = self.log()
        self.stop()
        raise ServerError(f"{self.kind.name}: not ready within {_START_SECONDS:g} s\n{log}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
