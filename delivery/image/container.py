"""The image, run as in production: read-only, as nobody, without privileges, within limits."""

import secrets
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from delivery.interrupts import held

from .engine import EngineError, docker
from .tunnel import Tunnel

_HOST = "127.0.0.1"
_PORT = 8080
# What the workload's Pod declares, in Docker's words.
CONFINEMENT = (
    *("--read-only", "--user", "10001:10001", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--memory", "512m", "--memory-swap", "512m", "--cpus", "2", "--pids-limit", "256"),
)


class Container:
    """A started container of `image`. It is removed at the end of its `with` block, whatever happened inside."""

    def __init__(
        self, image: str, port: int = 0, environment: Mapping[str, str] | None = None, *, sealed: bool = False
    ) -> None:
        """`sealed` is without any network, `port` then without a meaning: requests go in by a tunnel."""
        self.host = _HOST
        self.name = f"slipway-{secrets.token_hex(4)}"
        self._tunnel: Tunnel | None = None
        settings = (part for item in (environment or {}).items() for part in ("--env", "=".join(item)))
        network = ("--network", "none") if sealed else ("--publish", f"{_HOST}:{port or ''}:{_PORT}")
        try:
            with held():
                docker("run", "--detach", "--name", self.name, *CONFINEMENT, *network, *settings, image)
            if sealed:
                self._tunnel = Tunnel(self.name, _PORT)
                self.port = self._tunnel.port
            else:
                self.port = int(docker("port", self.name, f"{_PORT}/tcp").splitlines()[0].rpartition(":")[2])
        except BaseException:
            self._remove()
            raise

    def log(self) -> str:
        """Everything it has printed."""
        return docker("logs", self.name, all_output=True)

    def exit_code(self) -> int | None:
        """None while it runs."""
        running, code = docker("inspect", "--format", "{{.State.Running}} {{.State.ExitCode}}", self.name).split()
        return None if running == "true" else int(code)

    def terminate(self) -> None:
        """Send SIGTERM to its first process, as Kubernetes does."""
        docker("kill", "--signal", "TERM", self.name)

    def left_behind(self) -> str:
        """After its end: files it wrote outside its volumes, which a read-only root must not allow."""
        written = docker("diff", self.name)
        return f"files in the container: {', '.join(written.splitlines())}" if written else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def _remove(self) -> None:
        with held():
            if self._tunnel:
                self._tunnel.close()
            try:
                docker("rm", "--force", "--volumes", self.name)
            except EngineError as error:
                if "No such container" not in str(error):
                    raise
