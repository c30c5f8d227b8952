"""The service as a process of this machine: the same code, model and server as in the image, without its walls."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from delivery.app import App, environment
from delivery.failure import FailureError
from delivery.paths import short

_HOST = "127.0.0.1"
_PROCESSES = Path("/proc")


class Process:
    """The app as its contract starts it, in a session of its own, so that Ctrl-C reaches it only through its owner."""

    def __init__(
        self,
        app: App,
        model: Path | None,
        log: Path,
        port: int = 0,
        commit: str = "",
        facts: Mapping[str, str | int] | None = None,
    ) -> None:
        """`facts` are more of those that the contract asks for. Raises FailureError where it has no start."""
        if app.contract.start is None:
            raise FailureError(
                f"{short(app.file)}: has no start, so {app.contract.name} runs in its image alone: start a Docker "
                "engine, or write the command that starts it here"
            )
        self.host = _HOST
        self.ready_path, self._log = app.ready_path, log
        free, other = free_ports(2)
        self.port = port or free
        managed = other if other != self.port else free
        self.management_port = managed if app.contract.has_management else self.port
        log.parent.mkdir(parents=True, exist_ok=True)
        inherited = {name: value for name, value in environment().items() if name not in app.own_variables}
        known: dict[str, str | int] = {
            "port": self.port,
            "managementPort": self.management_port,
            "commit": commit,
            "build": "",
        }
        values = {name: str(value) for name, value in known.items()} | {"model": str(model.absolute()) if model else ""}
        given = app.variables({**known, "cores": os.cpu_count() or 1, **(facts or {})})
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                app.words(app.contract.start, values),
                cwd=app.context,
                env=inherited | given,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def cause(self) -> str:
        """Its log shows everything."""
        return ""

    def log(self) -> str:
        """Everything it has printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def terminate(self) -> None:
        """Send SIGTERM to the server's first process, as Kubernetes does."""
        self._process.terminate()

    def left_behind(self) -> str:
        """After its end: processes of its session, or one of its ports."""
        if self._group_lives():
            return f"processes of group {self._process.pid}"
        held = [port for port in {self.port, self.management_port} if not _is_free(port)]
        return f"a listener at port {held[0]}" if held else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._group_lives()  # returns once the workers are gone: a busy machine takes a moment to end them

    def _group_lives(self, seconds: float = 10) -> bool:
        """True if workers outlive their master by more than the moment that a busy machine takes to end them."""
        until = time.monotonic() + seconds
        while _has_members(self._process.pid):
            if time.monotonic() >= until:
                return True
            time.sleep(0.02)
        return False


def _has_members(group: int) -> bool:
    """True if a process of the group runs: one that ended and still waits for its parent (a zombie) does not.

    The first process of a container seldom reaps what it inherits, so zombies may stay in a group for ever.
    """
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return not _PROCESSES.is_dir() or any(_is_member(path, group) for path in _PROCESSES.glob("[0-9]*/stat"))


def _is_member(stat: Path, group: int) -> bool:
    try:
        # proc(5): the name in parentheses may hold anything; state, parent and group follow the last one.
        state, _, found = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:3]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return int(found) == group and state not in ("Z", "X")


def free_port() -> int:
    """A port that nothing listens at now."""
    [port] = free_ports(1)
    return port


def free_ports(count: int) -> list[int]:
    """Different ports that nothing listens at now."""
    with ExitStack() as held:
        listeners = [held.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind((_HOST, 0))
        return [listener.getsockname()[1] for listener in listeners]


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        # As servers do: connections that are still closing do not hold the port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_HOST, port))
        except OSError:
            return False
    return True
