"""The service as people run it: a process of its own, on a port of its own."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .waiting import PATIENCE

ROOT = Path(__file__).parents[2]
_READY_SECONDS = 90.0
_STOP_SECONDS = 60.0


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Service:
    """A running service. `log` is the file that its stdout and stderr go to."""

    process: subprocess.Popen[bytes]
    host: str
    port: int
    model: Path
    log: Path

    @property
    def url(self) -> str:
        """Such as http://127.0.0.1:41234, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def in_hand(self) -> int:
        """How many requests it has accepted for its scorers and not yet answered, as its metrics tell."""
        lines = self.ask("GET", "/metrics").body.decode().splitlines()
        [value] = [line.split()[1] for line in lines if line.startswith("scoring_in_hand ")]
        return int(float(value))

    def stop(self) -> int:
        """SIGTERM, and the exit status it led to."""
        self.process.terminate()
        return self.process.wait(_STOP_SECONDS)


@contextmanager
def running(model: Path, log: Path, **settings: object) -> Iterator[Service]:
    """Start `python -m app.scoring` for the model in `model`, ready; `settings` are SCORING_* in lower case."""
    port = free_port()
    variables = {"model_dir": model, "port": port} | settings
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SCORING_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.scoring"],
            cwd=ROOT,
            env=inherited | {f"SCORING_{name.upper()}": str(value) for name, value in variables.items()},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    service = Service(process, "127.0.0.1", port, model, log)
    try:
        _await_ready(service)
        yield service
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_ready(service: Service) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if service.process.poll() is not None:
            break
        try:
            if service.ask("GET", "/readyz").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise AssertionError(f"the service did not become ready:\n{service.log.read_text(errors='replace')[-4000:]}")
