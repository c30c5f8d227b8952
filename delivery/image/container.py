"""The image, run as in production: read-only, as the Pod's user, without privileges, within limits."""

import re
import secrets
import signal
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from delivery.app import App
from delivery.interrupts import held

from .confinement import confinement
from .engine import EngineError, docker
from .tunnel import Tunnel

_HOST = "127.0.0.1"
_KILLED = 128 + signal.SIGKILL
_WORKER_KILLED = re.compile(r"worker \d+ was killed, likely for memory")
_LAST_LINES = 50
_MEMORY = {
    "/sys/fs/cgroup/memory.stat": ("anon", "shmem"),
    "/sys/fs/cgroup/memory/memory.stat": ("total_rss", "total_shmem"),
}
"""Figures of memory that the kernel cannot take back, by the file of cgroups v2, and of v1."""


class Container:
    """A started container of `image`. It is removed at the end of its `with` block, even after an error inside."""

    def __init__(
        self,
        app: App,
        image: str,
        port: int = 0,
        facts: Mapping[str, str | int] | None = None,
        *,
        sealed: bool = False,
    ) -> None:
        """`facts` are more of those that the contract asks for.

        `sealed` is without any network, `port` then without a meaning: requests go in by tunnels.
        """
        self.host = _HOST
        self.name = f"slipway-{secrets.token_hex(4)}"
        self.confinement = confinement(app.contract.image.user)
        self.ready_path = app.ready_path
        self._tunnels: list[Tunnel] = []
        public, management = app.contract.ports.public, app.contract.management_port
        ports = {"port": public, "managementPort": management, "cores": int(self.confinement.cores)}
        variables = app.variables({**ports, **(facts or {})})
        settings = (part for item in variables.items() for part in ("--env", "=".join(item)))
        apart = (f"--publish={_HOST}::{management}",) if app.contract.has_management else ()
        published = (f"--publish={_HOST}:{port or ''}:{public}", *apart)
        network = ("--network", "none") if sealed else published
        try:
            with held():
                docker("run", "--detach", "--name", self.name, *self.confinement.options, *network, *settings, image)
            reach = self._dig if sealed else self._find
            self.port = reach(public)
            self.management_port = reach(management) if app.contract.has_management else self.port
        except BaseException:
            self._remove()
            raise

    def cause(self) -> str:
        """A sentence where the kernel ended it, or one of its workers, at the memory limit."""
        state = "{{.State.OOMKilled}} {{.State.Running}} {{.State.ExitCode}}"
        killed, running, code = docker("inspect", "--format", state, self.name).split()
        ended_so = killed == "true" or (running == "false" and int(code) == _KILLED)
        lines = self.log().splitlines()[-_LAST_LINES:]
        if ended_so or any(_WORKER_KILLED.search(line) for line in lines):
            return self.confinement.out_of_memory
        return ""

    def memory(self) -> int:
        """Mebibytes that all of its processes hold now, caches of files left out. Raises EngineError."""
        reason = ""
        for file, names in _MEMORY.items():
            try:
                lines = docker("exec", self.name, "cat", file).splitlines()
            except EngineError as error:
                reason = str(error)
                continue
            figures = dict(line.split() for line in lines)
            return -(-sum(int(figures[name]) for name in names) // (1 << 20))
        raise EngineError(reason)

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

    def _dig(self, port: int) -> int:
        """The port on this machine of a tunnel to `port` inside."""
        self._tunnels.append(Tunnel(self.name, port))
        return self._tunnels[-1].port

    def _find(self, port: int) -> int:
        """The port on this machine that `port` inside is published at."""
        return int(docker("port", self.name, f"{port}/tcp").splitlines()[0].rpartition(":")[2])

    def _remove(self) -> None:
        with held():
            for tunnel in self._tunnels:
                tunnel.close()
            try:
                docker("rm", "--force", "--volumes", self.name)
            except EngineError as error:
                if "No such container" not in str(error):
                    raise
