"""A campaign: many hostile requests from several clients at once, with a good client among them."""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from tests.support import models

from . import wire
from .attempt import Sent, Target
from .exchange import Exchange, ProtocolError
from .kinds import Planned
from .verdict import fault

Address = tuple[str, int]
_NO_CHANCE = Random(0)


@dataclass(frozen=True)
class Failure:
    """A request that was answered wrongly."""

    planned: Planned
    text: str

    def __str__(self) -> str:
        return f"{self.planned.kind.name} (seed {self.planned.seed}, number {self.planned.number}): {self.text}"


@dataclass
class Outcome:
    """The outcome of a campaign. Statuses by kind's name; 0 stands for a closed connection."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    good_asked: int = 0
    good_failures: list[str] = field(default_factory=list)
    good_slowest: float = 0.0
    refused: int = 0
    """Answers 503, with Retry-After."""

    @property
    def done(self) -> int:
        """Requests sent and answered."""
        return sum(counter.total() for counter in self.statuses.values())


class Campaign:
    """Sends a plan to a service. `patience` bounds the seconds that any answer may take."""

    def __init__(self, address: Address, target: Target, patience: float = 15.0) -> None:
        self._address = address
        self._target = target
        self._patience = patience
        self._lock = threading.Lock()
        self.outcome = Outcome()

    def run(self, planned: list[Planned], *, clients: int = 6, slow_clients: int = 16) -> Outcome:
        """Send all, the slow kinds from clients of their own, and wait."""
        swift, slow = queue.SimpleQueue[Planned](), queue.SimpleQueue[Planned]()
        for one in planned:
            (slow if one.kind.slow else swift).put(one)
        work: list[Callable[[], None]] = [lambda: self._client(swift)] * clients + [
            lambda: self._client(slow)
        ] * slow_clients
        threads = [threading.Thread(target=job, daemon=True) for job in work]
        over = threading.Event()
        good = threading.Thread(target=self._good_client, args=(over,), daemon=True)
        for thread in (*threads, good):
            thread.start()
        for thread in threads:
            thread.join()
        over.set()
        good.join()
        return self.outcome

    def attempt(self, planned: Planned) -> str:
        """Send one; what was wrong with the answer, or nothing."""
        sent, allowed = planned.sent(self._target)
        sent = self._for_model(sent)
        try:
            answers = Exchange(self._address, self._patience).run(sent)
            text = fault(sent, allowed, answers)
        except (ProtocolError, OSError) as error:
            answers, text = [], f"{type(error).__name__}: {error}"
        with self._lock:
            counter = self.outcome.statuses.setdefault(planned.kind.name, Counter())
            counter[answers[-1].status if answers else 0] += 1
            self.outcome.refused += sum(answer.status == 503 for answer in answers)
            if text:
                self.outcome.failures.append(Failure(planned, text))
        return text

    def _client(self, work: "queue.SimpleQueue[Planned]") -> None:
        while True:
            try:
                self.attempt(work.get_nowait())
            except queue.Empty:
                return

    def _good_client(self, over: threading.Event) -> None:
        """One good request every 50 ms, which must be answered rightly all along."""
        while not over.wait(0.05):
            begun = time.monotonic()
            text = self._good_request()
            self.outcome.good_asked += 1
            self.outcome.good_slowest = max(self.outcome.good_slowest, time.monotonic() - begun)
            if text:
                self.outcome.good_failures.append(text)

    def _good_request(self) -> str:
        sent = self._for_model(wire.valid(_NO_CHANCE, self._target))
        try:
            answers = Exchange(self._address, self._patience).run(sent)
        except (ProtocolError, OSError) as error:
            return f"{type(error).__name__}: {error}"
        self.outcome.refused += answers[0].status == 503
        return fault(sent, {200}, answers)

    def _for_model(self, sent: Sent) -> Sent:
        """Another model than the tests' own has no words for plain colours."""
        return sent if self._target.model == models.NAME else replace(sent, label=None)
