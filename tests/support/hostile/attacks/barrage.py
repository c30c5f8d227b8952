"""Honest in form, hostile in number or content: whole requests, one after the other, from several clients at once."""

import threading
import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import cycle

from tests.support.hostile.attempt import Sent

from .attack import Act, Aim, Harvest


@dataclass(frozen=True)
class Barrage:
    """Clients that send the same requests at once, over and over while the attack lasts, and at least once."""

    requests: Sequence[Sent]
    allowed: AbstractSet[int]
    clients: int = 1

    def act(self, aim: Aim) -> Act:
        """The attack."""
        return lambda harvest: self._attack(aim, harvest)

    def _attack(self, aim: Aim, harvest: Harvest) -> None:
        deadline = time.monotonic() + aim.seconds
        threads = [
            threading.Thread(target=self._send, args=(aim, harvest, deadline, first)) for first in range(self.clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send(self, aim: Aim, harvest: Harvest, deadline: float, first: int) -> None:
        """Send as one of the clients: each begins at another request, so that different ones meet."""
        requests = [self.requests[(first + number) % len(self.requests)] for number in range(len(self.requests))]
        for number, sent in enumerate(cycle(requests)):
            if number >= len(requests) and time.monotonic() > deadline:
                return
            harvest.exchange(aim, sent, self.allowed)
