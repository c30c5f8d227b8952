"""The service as a process of this machine: the same code, model and server as in the image, without its walls."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from delivery.paths import ROOT

_PREFIX = "SCORING_"
_HOST = "127.0.0.1"
_PROCESSES = Path("/proc")


class Process:
    """`python -m app.scoring` in a session of its own, so that Ctrl-C reaches it only through its owner."""

    def __init__(
        self, model: Path, log: Path, port: int = 0, commit: str = "", settings: Mapping[str, str] | None = None
    ) -> None:
        """`settings` are more of the app's, by their names without SCORING_."""
        self.host = _HOST
        free, other = free_ports(2)
        self.port = port or free
        self.management_port = other if other != self.port else free
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_PREFIX)}
        chosen = {
            "MODEL_DIR": str(model),
            "HOST": self.host,
            "PORT": str(self.port),
            "MANAGEMENT_PORT": str(self.management_port),
            "COMMIT": commit,
            **(settings or {}),
        }
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.scoring"],
                cwd=ROOT,
                env={**inherited, **{_PREFIX + name: value for name, value in chosen.items()}, "PYTHONPATH": str(ROOT)},
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
        held = [port for port in (self.port, self.management_port) if not _is_free(port)]
        return f"a listener at port {held[0]}" if held else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

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
