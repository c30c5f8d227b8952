"""The lane: a few scorer processes, and a bounded queue before them.

The event loop only moves bytes; whatever takes processor time is done by a scorer. Each does one job at a time, so as
many as cores keep all cores busy.
"""

import logging
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gevent
from gevent.lock import Semaphore

from .limits import Limits
from .manifest import Manifest
from .problem import Problem
from .scorers import Job, LaneError, Scorer, Template
from .wire import Frame

_WATCH_SECONDS = 0.25
_RESTART_PAUSE_SECONDS = 1.0
_LOG = logging.getLogger("scoring.lane")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a lane is made of. Times are in seconds."""

    model_dir: Path
    limits: Limits
    scorers: int
    queue_limit: int
    queue_timeout: float
    job_timeout: float


class Lane:
    """Runs jobs in order of arrival. Beyond the queue's limit it refuses, so that it never piles up."""

    def __init__(self, plan: Plan, template: Template | None = None) -> None:
        self._plan = plan
        self._queue: deque[Job] = deque()
        self._scorers: set[Scorer] = set()
        self._template = template
        self._starting = Semaphore()
        self._stopped = False
        self.in_hand = 0
        """Jobs accepted and not yet answered."""
        self.lost = 0
        """Scorers that died or were killed."""

    @property
    def waiting(self) -> int:
        """Jobs that no scorer works on yet."""
        return max(0, self.in_hand - self._plan.scorers)

    @property
    def alive(self) -> bool:
        """Whether any scorer is there to work."""
        return bool(self._scorers)

    def start(self) -> Manifest:
        """Load the model and start all scorers. Raises LaneError."""
        manifest = self._loaded(self._template or self._new_template())
        for _ in range(self._plan.scorers):
            gevent.spawn(self._keep, self._forked())
        gevent.spawn(self._watch)
        return manifest

    def stop(self) -> None:
        """End all scorers, idle or not."""
        self._stopped = True
        scorers, self._scorers = self._scorers, set()
        for scorer in scorers:
            scorer.end()
            scorer.close()
        if self._template is not None:
            self._template.end()

    def run(self, head: dict[str, Any], body: bytes) -> tuple[Frame, float]:
        """The reply to a job, and the seconds it waited. Raises Problem, its own or the job's."""
        if self.in_hand >= self._plan.scorers + self._plan.queue_limit:
            raise Problem(503, f"{self.waiting} requests are waiting, the most allowed; try again", retry_after=1)
        job = Job(Frame(head, body))
        self.in_hand += 1
        try:
            self._queue.append(job)
            self._hand_out()
            reply = job.wait()
        finally:
            self.in_hand -= 1
        if "problem" in reply.head:
            if "traceback" in reply.head:
                _LOG.error("a job failed unexpectedly", extra={"fields": {"exception": reply.head["traceback"]}})
            status, detail = reply.head["problem"]
            raise Problem(status, detail)
        return reply, job.waited

    def _hand_out(self) -> None:
        """Give the jobs that have waited longest to whoever has the most room."""
        while self._queue:
            job = self._queue[0]
            free = [scorer for scorer in self._scorers if scorer.has_room_for(job)]
            if not free:
                return
            self._queue.popleft()
            min(free, key=lambda scorer: len(scorer.jobs)).give(job)

    def _keep(self, first: Scorer) -> None:
        """Take one scorer's replies, and put another in its place when it ends."""
        scorer: Scorer | None = first
        while scorer is not None:
            for job, reply in scorer.replies():
                # First the next job goes out, then this one's answer is written.
                self._hand_out()
                job.answer(reply)
            scorer.close()
            if self._stopped:
                return
            self._scorers.discard(scorer)
            self.lost += 1
            self._give_up(scorer)
            scorer = self._replacement()

    def _give_up(self, scorer: Scorer) -> None:
        """What a lost scorer had goes back to the queue, but not what it was killed for or what has cost two."""
        _LOG.error("scorer %d was lost; starting another", scorer.pid)
        if scorer.jobs:
            scorer.jobs[0].losses += 1
            if scorer.jobs[0].losses > 1 or scorer.working_for() > self._plan.job_timeout:
                text = "the process that worked on this request was lost; it has been replaced"
                scorer.jobs.popleft().refuse(Problem(503, text, retry_after=1))
        self._queue.extendleft(reversed(scorer.jobs))
        self._hand_out()

    def _replacement(self) -> Scorer | None:
        """A scorer in the place of a lost one, from a new template where the old one is gone too; None at the end."""
        while not self._stopped:
            try:
                with self._starting:
                    scorer = self._forked()
            except LaneError as error:
                _LOG.error("no new scorer: %s", error)  # the message is the whole story
                gevent.sleep(_RESTART_PAUSE_SECONDS)
                self._reload()
            else:
                self._hand_out()
                return scorer
        return None

    def _reload(self) -> None:
        with self._starting:
            if self._stopped:
                return
            try:
                self._loaded(self._new_template())
            except LaneError as error:
                _LOG.error("the model cannot be loaded again: %s", error)  # as above

    def _new_template(self) -> Template:
        if self._template is not None:
            self._template.end()
        self._template = Template(self._plan.model_dir, self._plan.limits)
        return self._template

    def _loaded(self, template: Template) -> Manifest:
        try:
            return template.manifest()
        except LaneError:
            template.end()
            raise

    def _forked(self) -> Scorer:
        assert self._template is not None
        scorer = self._template.fork()
        self._scorers.add(scorer)
        return scorer

    def _watch(self) -> None:
        """End jobs that work too long, and those that wait too long."""
        text = f"no scorer came free within {self._plan.queue_timeout:g} s; try again"
        while not self._stopped:
            gevent.sleep(_WATCH_SECONDS)
            for scorer in self._scorers:
                if scorer.working_for() > self._plan.job_timeout:
                    scorer.end()
                late = [job for job in list(scorer.jobs)[1:] if job.age() > self._plan.queue_timeout]
                for job in late:
                    job.refuse(Problem(503, text, retry_after=2))
            while self._queue and self._queue[0].age() > self._plan.queue_timeout:
                self._queue.popleft().refuse(Problem(503, text, retry_after=2))
