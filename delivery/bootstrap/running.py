"""Look at each step, and make what lacks; the first failure ends it."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from delivery.az import AzError, az
from delivery.failure import FailureError

from .step import Step, fill, line

SECONDS = 1800
"""The longest that one command may take: registering a provider takes minutes."""
SETTLE_SECONDS = 3600
PAUSE_SECONDS = 10


@dataclass
class Subscription:
    """A subscription of Azure, asked and changed through `az`. `facts` replace the placeholders of words."""

    facts: Mapping[str, str]
    pause: Callable[[float], None] = time.sleep
    _answers: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    _open: list[Step] = field(default_factory=list)

    def find_lacking(self, steps: Iterable[Step]) -> list[Step]:
        """Return the steps that are not done. A question that several steps ask is asked once. Raises FailureError."""
        lacking: list[Step] = []
        for step in steps:
            names = {one.name for one in lacking}
            if names.intersection(step.needs) or not self._is_done(step):
                lacking.append(step)
        return lacking

    def make(self, step: Step) -> None:
        """Run the commands of a step, once what it needs is there. Raises FailureError."""
        for earlier in [one for one in self._open if one.name in step.needs]:
            self._await(earlier)
        for words in step.make:
            self._run(step, words)
        self._answers.clear()
        if step.settles:
            self._open.append(step)

    def finish(self) -> None:
        """Wait for what Azure goes on with by itself. Raises FailureError."""
        for step in list(self._open):
            self._await(step)

    def _is_done(self, step: Step) -> bool:
        words = tuple(fill(step.look, self.facts))
        if words not in self._answers:
            self._answers[words] = _names(self._run(step, words))
        wanted = {name.casefold() for name in fill(step.wanted, self.facts)}
        return bool(wanted.intersection(self._answers[words]))

    def _run(self, step: Step, words: Sequence[str]) -> Any:  # noqa: ANN401  # JSON of any shape
        filled = fill(words, self.facts)
        try:
            return az(*filled, seconds=SECONDS)
        except AzError as error:
            raise FailureError(f"{step.name}: {error}\nthe command was: {line(filled)}") from None

    def _await(self, step: Step) -> None:
        waited = 0.0
        while not self._is_done(step):
            if waited >= SETTLE_SECONDS:
                raise FailureError(f"{step.name}: Azure has not finished it within {SETTLE_SECONDS // 60} minutes")
            self.pause(PAUSE_SECONDS)
            waited += PAUSE_SECONDS
            self._answers.clear()
        for words in step.then:
            self._run(step, words)
        self._open.remove(step)


def _names(answer: Any) -> list[str]:  # noqa: ANN401  # JSON of any shape
    """Return the names in an answer, as they are compared: Azure's own spelling differs in case."""
    listed = answer if isinstance(answer, list) else [answer]
    return [str(one).casefold() for one in listed if one is not None]
