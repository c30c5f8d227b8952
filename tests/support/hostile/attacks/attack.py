"""The parts every attack shares: an aim, a size, and a record of the answers."""

from collections import Counter
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.support.hostile.attempt import Sent, Target
from tests.support.hostile.exchange import Answer, Exchange, ProtocolError
from tests.support.hostile.verdict import fault

from . import served

Address = tuple[str, int]
PATIENCE = 60.0
"""Seconds that an attacker waits for an answer: stalls are the witness's to judge."""
_MOST_FAULTS = 20


@dataclass(frozen=True)
class Aim:
    """The service under attack, and the size of the attack."""

    address: Address
    target: Target
    full: bool
    """The size of the bench; else the small one of the tests."""
    seconds: float
    """The length of attacks that last for a time rather than for a count."""
    seed: str

    def size(self, small: int, full: int) -> int:
        """The count for this size."""
        return full if self.full else small

    def source(self) -> Random:
        """Chance that the seed repeats."""
        return Random(self.seed)


@dataclass
class Harvest:
    """The answers an attack got: how many of each status, and every wrong one in words."""

    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def count(self, answer: Answer | None) -> None:
        """Count one answer; None stands for a closed connection."""
        self.answers[str(answer.status) if answer and answer.status else "closed"] += 1

    def blame(self, text: str) -> None:
        """Note a fault, the first ones only, each once."""
        if text not in self.faults and len(self.faults) < _MOST_FAULTS:
            self.faults.append(text)

    def exchange(self, aim: Aim, sent: Sent, allowed: AbstractSet[int], name: str = "") -> None:
        """Send one request and judge its answers. 503 with Retry-After is always allowed."""
        try:
            answers = Exchange(aim.address, PATIENCE).run(sent)
        except (ProtocolError, OSError) as error:
            self.answers["broken"] += 1
            self.blame(f"{name}: {type(error).__name__}: {error}".removeprefix(": "))
            return
        for answer in answers:
            self.count(answer)
        text = fault(sent, allowed, answers)
        if text:
            self.blame(f"{name}: {text}".removeprefix(": "))


Act = Callable[[Harvest], None]
"""The attack itself. All it sends has been made before."""


@dataclass(frozen=True)
class Attack:
    """One kind of attack, and what the service under it is allowed to take.

    `prepare` makes all that takes time to make, and gives the act. `grows_mib` bounds the memory above the quiet
    service: bodies and answers in hand, and what the workers hold of one request each.
    """

    name: str
    prepare: Callable[[Aim], Act]
    write_model: Callable[[Path], object] = served.write_float
    settings: Mapping[str, object] = field(default_factory=dict)
    small_settings: Mapping[str, object] = field(default_factory=dict)
    """Further settings at the small size."""
    grows_mib: float = 128.0
    queues_seconds: float = 0.0
    """A good client's median may be this: its picture waits behind the attack's requests, which are jobs like it."""
    least_seconds: float = 0.0
    """The attack lasts at least so long, where honest work at its start would otherwise hide what it does."""
