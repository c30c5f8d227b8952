"""The event loop's ends of the worker processes: start them, give them jobs, take their replies."""

import os
import signal
import socket as sockets
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from gevent import socket, subprocess
from gevent.event import AsyncResult
from gevent.lock import Semaphore

from .manifest import MODEL_FILE, Manifest
from .problem import Problem
from .settings import Settings
from .wire import EXIT_STATUS, FORK, ORDER, STATUS, Frame, receive, send

_ROOT = Path(__file__).parents[2]
_DEPTH = 2
_AHEAD_BYTES = 128 * 1024
"""A job this small is sent while the worker still works on another, so that it finds its next one waiting: it fits into
the socket, and the loop is not held up."""


class WorkerError(Exception):
    """No worker can be started; the message gives the reason."""


class Job:
    """One frame on its way through the pool."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.accepted = time.perf_counter()
        self.waited = 0.0
        """Seconds until a worker began."""
        self.losses = 0
        """Workers lost while they worked on it."""
        self._reply: AsyncResult[Frame] = AsyncResult()

    def wait(self) -> Frame:
        """The reply. Raises the Problem that it was refused with."""
        reply: Frame = self._reply.get()
        return reply

    def answer(self, reply: Frame) -> None:
        """Hand over the reply, unless the job was refused meanwhile."""
        if not self._reply.ready():
            self._reply.set(reply)

    def refuse(self, problem: Problem) -> None:
        """Hand over a problem instead."""
        if not self._reply.ready():
            self._reply.set_exception(problem)

    def age(self) -> float:
        """Seconds since it was accepted."""
        return time.perf_counter() - self.accepted


class ForkServer:
    """The process that all workers are forked from. It begins to load the model of the settings at once."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.model_dir
        self._lock = Semaphore()
        near, far = sockets.socketpair()
        with far:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.scoring.fork_server", str(far.fileno())],
                pass_fds=[far.fileno()],
                stdin=subprocess.DEVNULL,
                env=_environment(),
            )
        self._socket = socket.socket(near.family, near.type, fileno=near.detach())
        order = {
            "model_dir": str(settings.model_dir),
            "provider": settings.execution_provider,
            "limits": asdict(settings.picture_limits),
            "max_pictures": settings.max_pictures,
            "max_answer_bytes": settings.max_answer_bytes,
        }
        with suppress(OSError):  # `manifest` raises it
            send(self._socket, Frame(order, b""))

    def manifest(self) -> Manifest:
        """The manifest of the model, once it is loaded. Raises WorkerError."""
        try:
            reply = receive(self._socket)
        except OSError:
            reply = None
        if reply is None:
            raise WorkerError(self._explain_end(self._process.wait()))
        if "error" in reply.head:
            raise WorkerError(reply.head["error"])
        return Manifest.model_validate(reply.head["manifest"])

    def fork(self) -> "WorkerProcess":
        """A new worker, ready. Raises WorkerError where the fork server is gone."""
        near, far = sockets.socketpair()
        worker = WorkerProcess(socket.socket(near.family, near.type, fileno=near.detach()))
        try:
            with far, self._lock:
                sockets.send_fds(self._socket, [ORDER.pack(FORK, 0)], [far.fileno()])
            worker.arrive()
        except OSError as error:
            worker.close()
            raise WorkerError(f"the fork server is gone: {error}") from None
        return worker

    def exit_status(self, pid: int) -> int | None:
        """The exit code of a worker that has ended, its signal as a negative number; None where it is not known."""
        try:
            with self._lock:
                self._socket.sendall(ORDER.pack(STATUS, pid))
                reply = self._socket.recv(EXIT_STATUS.size)
        except OSError:
            return None
        return EXIT_STATUS.unpack(reply)[0] if len(reply) == EXIT_STATUS.size else None

    def end(self) -> None:
        """Kill the process; its workers live on."""
        self._process.kill()
        self._process.wait()
        self._socket.close()

    def _explain_end(self, code: int) -> str:
        """The reason why the process ended before the model was loaded."""
        if code != -signal.SIGKILL:
            return f"the process that loads {self._folder} ended with code {code}"
        try:
            size = f"{MODEL_FILE} has {(self._folder / MODEL_FILE).stat().st_size / 1e6:.0f} MB"
        except OSError:
            size = f"{MODEL_FILE} cannot be read"
        return (
            f"the process that loads {self._folder} was killed, most likely for memory: {size}, and loading takes "
            "up to four times the file; raise the container's memory limit"
        )


class WorkerProcess:
    """One process. It works on its first job, and may have the next at hand."""

    def __init__(self, near: socket.socket) -> None:
        self._socket = near
        self._sending = False
        self._began = 0.0
        self.pid = 0
        self.jobs: deque[Job] = deque()
        """Given and not yet answered, in order."""

    def arrive(self) -> None:
        """Wait until it is there. Raises OSError."""
        first = receive(self._socket)
        if first is None:
            raise ConnectionResetError("no worker came")
        self.pid = first.head["pid"]

    def has_room_for(self, job: Job) -> bool:
        """True where it can take `job` now."""
        if self._sending:
            return False
        return not self.jobs or (len(self.jobs) < _DEPTH and len(job.frame.body) <= _AHEAD_BYTES)

    def give(self, job: Job) -> None:
        """Send it a job. Where the process has died, `replies` ends and says so."""
        self.jobs.append(job)
        if len(self.jobs) == 1:
            self._begin()
        self._sending = True
        try:
            send(self._socket, job.frame)
        except OSError:
            return
        finally:
            self._sending = False

    def replies(self) -> Iterator[tuple[Job, Frame]]:
        """Each job with its reply, until the process ends."""
        try:
            while (reply := receive(self._socket)) is not None:
                job = self.jobs.popleft()
                if self.jobs:
                    self._begin()
                yield job, reply
        except OSError:
            return

    def working_for(self) -> float:
        """Seconds that it has worked on its present job."""
        return time.perf_counter() - self._began if self.jobs else 0.0

    def end(self) -> None:
        """Kill the process; `replies` ends then."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Clear up after its end."""
        self._socket.close()

    def _begin(self) -> None:
        self._began = time.perf_counter()
        self.jobs[0].waited = self._began - self.jobs[0].accepted


def _environment() -> dict[str, str]:
    path = os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])
    # Neither numpy nor onnxruntime's telemetry may start a thread: the process is to be forked.
    alone = {"OPENBLAS_NUM_THREADS": "1", "ORT_DISABLE_TELEMETRY": "1"}
    # glibc would otherwise learn from the first large picture to keep such blocks in the heap, and never return them.
    return os.environ | alone | {"PYTHONPATH": path, "MALLOC_MMAP_THRESHOLD_": str(4 << 20)}
