"""The event loop's ends of the worker processes: start them, give them jobs, take their replies."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path

import orjson
from gevent import socket, subprocess
from gevent.event import AsyncResult
from gevent.lock import Semaphore

from .limits import Limits
from .manifest import MODEL_FILE, Manifest
from .settings import Settings
from .wire import FORK, NUMBER, Frame, receive, send

_ROOT = Path(__file__).parents[2]


class WorkerError(Exception):
    """No worker can be started; the message gives the reason."""


@dataclass(eq=False)
class Job:
    """One frame on its way through the pool."""

    frame: Frame
    accepted: float = field(default_factory=time.perf_counter)
    began: float = 0.0
    """The time at which a worker got it."""
    losses: int = 0
    """Workers lost while they worked on it."""
    reply: "AsyncResult[Frame]" = field(default_factory=AsyncResult)
    """The reply to come, or the Problem that the job is refused with."""


@dataclass(eq=False)
class WorkerProcess:
    """One process, which works on one job at a time."""

    near: socket.socket
    pid: int
    job: Job | None = None

    def give(self, job: Job) -> None:
        """Send it a job. Where the process has died, `replies` ends and says so."""
        self.job = job
        job.began = time.perf_counter()
        with suppress(OSError):
            send(self.near, job.frame)

    def replies(self) -> Iterator[tuple[Job, Frame]]:
        """Each job with its reply, until the process ends."""
        with suppress(OSError):
            while (reply := receive(self.near)) is not None:
                job, self.job = self.job, None
                if job is not None:
                    yield job, reply

    def working_for(self) -> float:
        """Seconds that it has worked on its present job."""
        return time.perf_counter() - self.job.began if self.job is not None else 0.0

    def end(self) -> None:
        """Kill the process; `replies` ends then."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


class ForkServer:
    """The process that all workers are forked from. It begins to load the model of the settings at once."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.model_dir
        self._lock = Semaphore()
        order = {
            "model_dir": str(settings.model_dir),
            "provider": settings.execution_provider,
            "limits": {bound.name: getattr(settings, bound.name) for bound in fields(Limits)},
            "max_pictures": settings.max_pictures,
            "max_answer_bytes": settings.max_answer_bytes,
        }
        self._socket, far = socket.socketpair()
        with far:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.scoring.fork_server", str(far.fileno()), orjson.dumps(order).decode()],
                pass_fds=[far.fileno()],
                stdin=subprocess.DEVNULL,
                env=_environment(),
            )

    def manifest(self) -> Manifest:
        """The manifest of the model, once it is loaded. Raises WorkerError, and then has ended."""
        reply = None
        with suppress(OSError):
            reply = receive(self._socket)
        if reply is not None and "manifest" in reply.head:
            return Manifest.model_validate(reply.head["manifest"])
        code = self._process.wait()
        self._socket.close()
        raise WorkerError(reply.head["error"] if reply is not None else self._explain_end(code))

    def fork(self) -> WorkerProcess:
        """A new worker. Raises WorkerError where the fork server is gone."""
        near, far = socket.socketpair()
        try:
            with far:
                return WorkerProcess(near, self._ask(FORK, [far.fileno()]))
        except OSError as error:
            near.close()
            raise WorkerError(f"the fork server is gone: {error}") from None

    def exit_status(self, pid: int) -> int | None:
        """The exit code of a worker that has ended, its signal as a negative number; None where it is not known."""
        try:
            return self._ask(pid)
        except OSError:
            return None

    def end(self) -> None:
        """Kill the process; its workers live on."""
        self._process.kill()
        self._process.wait()
        self._socket.close()

    def _ask(self, order: int, descriptors: Sequence[int] = ()) -> int:
        with self._lock:
            socket.send_fds(self._socket, [NUMBER.pack(order)], descriptors)
            answer = self._socket.recv(NUMBER.size)
        if len(answer) < NUMBER.size:
            raise ConnectionResetError("it has closed its socket")
        number: int = NUMBER.unpack(answer)[0]
        return number

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


def _environment() -> dict[str, str]:
    path = os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])
    # Neither numpy nor onnxruntime's telemetry may start a thread: the process is to be forked.
    alone = {"OPENBLAS_NUM_THREADS": "1", "ORT_DISABLE_TELEMETRY": "1"}
    # glibc would otherwise learn from the first large picture to keep such blocks in the heap, and never return them.
    return os.environ | alone | {"PYTHONPATH": path, "MALLOC_MMAP_THRESHOLD_": str(4 << 20)}
