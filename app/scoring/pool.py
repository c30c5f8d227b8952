"""The worker pool: a few processes that decode and infer, and a bounded queue before them.

The event loop only moves bytes; a worker does all that takes processor time. Each does one job at a time, so as many as
cores keep all cores busy.
"""

import logging
import re
import signal
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
from gevent.lock import Semaphore

from .manifest import Manifest
from .problem import Problem
from .settings import Settings
from .wire import Frame
from .worker_process import ForkServer, Job, WorkerError, WorkerProcess

_WATCH_SECONDS = 0.25
_RESTART_PAUSE_SECONDS = 1.0
_LOG = logging.getLogger("scoring.pool")


class WorkerPool:
    """Runs jobs in order of arrival. Beyond the queue's limit it refuses, so that it never piles up."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._queue: deque[Job] = deque()
        self._workers: set[WorkerProcess] = set()
        self._fork_server: ForkServer | None = None
        self._replacing = Semaphore()
        self._stopped = False
        self._memory_kills = _count_memory_kills()
        self.in_hand = 0
        """Jobs accepted and not yet answered."""
        self.on_loss: Callable[[], None] = lambda: None
        """Called for each worker that died or was killed."""

    @property
    def waiting(self) -> int:
        """Jobs that no worker has taken yet."""
        return max(0, self.in_hand - self._settings.workers)

    @property
    def alive(self) -> bool:
        """True while any worker is there."""
        return bool(self._workers)

    def start(self) -> Manifest:
        """Load the model and start all workers. Raises WorkerError."""
        manifest = self._load()
        for _ in range(self._settings.workers):
            gevent.spawn(self._keep, self._fork())
        gevent.spawn(self._watch)
        return manifest

    def stop(self) -> None:
        """End all workers, idle or not."""
        self._stopped = True
        workers, self._workers = self._workers, set()
        for worker in workers:
            worker.end()
            worker.near.close()
        if self._fork_server is not None:
            self._fork_server.end()

    def run(self, head: dict[str, Any], body: bytes | bytearray) -> tuple[Frame, float]:
        """The reply to a job, and the seconds it waited. Raises Problem where the pool refuses it."""
        if self.in_hand >= self._settings.workers + self._settings.queue_limit:
            raise Problem(503, f"{self.waiting} requests are waiting, the most allowed; try again", retry_after=1)
        job = Job(Frame(head, body))
        self.in_hand += 1
        try:
            self._queue.append(job)
            self._hand_out()
            reply = job.reply.get()
        finally:
            self.in_hand -= 1
        return reply, job.began - job.accepted

    def _hand_out(self) -> None:
        """Give the jobs that have waited longest to the workers that are free."""
        while self._queue and (free := next((worker for worker in self._workers if worker.job is None), None)):
            free.give(self._queue.popleft())

    def _keep(self, first: WorkerProcess) -> None:
        """Take one worker's replies, and put another in its place when it ends."""
        worker: WorkerProcess | None = first
        while worker is not None:
            self._hand_out()
            for job, reply in worker.replies():
                # First the next job goes out, then this one's answer is written.
                self._hand_out()
                job.reply.set(reply)
            worker.near.close()
            if self._stopped:
                return
            self._workers.discard(worker)
            self.on_loss()
            self._settle(worker)
            worker = self._replace()

    def _settle(self, worker: WorkerProcess) -> None:
        """Put the job of a lost worker back into the queue, or refuse it where it may have ended the worker."""
        cause, by_job = self._find_cause(worker)
        _LOG.error("worker %d %s; starting another", worker.pid, cause)
        if worker.job is None:
            return
        worker.job.losses += 1
        if by_job or worker.job.losses > 1:
            text = f"the process that worked on this request {cause}; it has been replaced"
            # Without Retry-After where the job is suspected: a polite client would end the next worker with it.
            worker.job.reply.set_exception(Problem(503, text, retry_after=None if by_job else 1))
        else:
            self._queue.appendleft(worker.job)
            self._hand_out()

    def _find_cause(self, worker: WorkerProcess) -> tuple[str, bool]:
        """The words for a worker's end, and True where its job may be the cause.

        Only an end from outside leaves the job unsuspected: SIGKILL or SIGTERM while the kernel killed nothing for
        memory.
        """
        kills, self._memory_kills = self._memory_kills, _count_memory_kills()
        limit = self._settings.job_timeout_seconds
        if worker.working_for() > limit:
            return f"was killed, having worked longer than {limit:g} s", True
        status = self._fork_server.exit_status(worker.pid) if self._fork_server is not None else None
        if status is not None and status not in (-signal.SIGKILL, -signal.SIGTERM):
            return f"ended with {signal.Signals(-status).name if status < 0 else f'exit code {status}'}", True
        if kills is None or self._memory_kills != kills:
            return "was killed, likely for memory", True
        return "was killed from outside", False

    def _replace(self) -> WorkerProcess | None:
        """A worker in the place of a lost one, from a new fork server where need be; None at the end."""
        with self._replacing:
            loaded = True
            while not self._stopped:
                try:
                    if not loaded:
                        self._load()
                    return self._fork()
                except WorkerError as error:
                    _LOG.error("no new worker: %s", error)  # the message is the whole story
                loaded = False
                gevent.sleep(_RESTART_PAUSE_SECONDS)
        return None

    def _load(self) -> Manifest:
        """Start a fork server, in the place of the last one. Raises WorkerError."""
        if self._fork_server is not None:
            self._fork_server.end()
        self._fork_server = ForkServer(self._settings)
        return self._fork_server.manifest()

    def _fork(self) -> WorkerProcess:
        assert self._fork_server is not None
        worker = self._fork_server.fork()
        self._workers.add(worker)
        return worker

    def _watch(self) -> None:
        """End jobs that work too long, and refuse those that wait too long."""
        patience = self._settings.queue_timeout_seconds
        while not self._stopped:
            gevent.sleep(_WATCH_SECONDS)
            for worker in self._workers:
                if worker.working_for() > self._settings.job_timeout_seconds:
                    worker.end()
            while self._queue and time.perf_counter() - self._queue[0].accepted > patience:
                text = f"no worker came free within {patience:g} s; try again"
                self._queue.popleft().reply.set_exception(Problem(503, text, retry_after=2))


def _count_memory_kills() -> int | None:
    """Processes that the kernel has killed for memory, in containers too; None where it does not count them."""
    try:
        found = re.search(r"^oom_kill (\d+)$", Path("/proc/vmstat").read_text(encoding="ascii"), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) if found else None
