"""The service as people run it: a process of its own, on two ports of its own."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
    management_port: int
    model: Path
    log: Path

    @property
    def url(self) -> str:
        """Such as http://127.0.0.1:41234, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    @property
    def management(self) -> str:
        """The base of probes and metrics, such as http://127.0.0.1:41235, without a slash at the end."""
        return f"http://{self.host}:{self.management_port}"

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
        """Send one request to the public port, on a connection of its own."""
        return _exchange(self.host, self.port, method, path, body, headers)

    def probe(self, path: str, method: str = "GET") -> Reply:
        """Send one request to the management port: /healthz, /readyz or /metrics."""
        return _exchange(self.host, self.management_port, method, path)

    def metric(self, sample: str) -> float:
        """The value of one sample of /metrics, such as `scoring_in_hand`, labels included."""
        lines = self.probe("/metrics").body.decode().splitlines()
        [value] = [line.removeprefix(f"{sample} ") for line in lines if line.startswith(f"{sample} ")]
        return float(value)

    def in_hand(self) -> int:
        """The number of requests accepted for the workers and not yet answered."""
        return int(self.metric("scoring_in_hand"))

    def stop(self) -> int:
        """SIGTERM, and the exit status it led to."""
        self.process.terminate()
        return self.process.wait(_STOP_SECONDS)


@contextmanager
def running(model: Path, log: Path, **settings: object) -> Iterator[Service]:
    """Start `python -m app.scoring` for the model in `model`, ready; `settings` are SCORING_* in lower case."""
    port, management_port = free_ports(2)
    variables = {"model_dir": model, "port": port, "management_port": management_port} | settings
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
    service = Service(process, "127.0.0.1", port, management_port, model, log)
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
    [port] = free_ports(1)
    return port


def free_ports(count: int) -> list[int]:
    """Distinct ports that were free a moment ago."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _exchange(
    host: str, port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> Reply:
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def _await_ready(service: Service) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if service.process.poll() is not None:
            break
        try:
            if service.probe("/readyz").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise AssertionError(f"the service did not become ready:\n{service.log.read_text(errors='replace')[-4000:]}")
