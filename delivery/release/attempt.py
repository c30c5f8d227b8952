"""One attempt's record in the release store. Its end never decides how the attempt ended."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from rich.markup import escape

from delivery.console import Steps
from delivery.failure import ConflictError

from .deployment import Begun, Ended, Outcome, Watch
from .store import ReleaseStore

PAUSES_SECONDS = (1.0, 3.0, 10.0)
"""Between attempts to write an end down."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """An attempt that has begun. `begun` is None where the release has no record that could be named."""

    steps: Steps
    store: ReleaseStore
    begun: Begun | None

    def end(self, outcome: Outcome, reason: str = "", watches: tuple[Watch, ...] = ()) -> None:
        """Write the end down. A store that refuses is asked again, then warned about: what happened stays true."""
        if self.begun is None:
            return
        ended = Ended(outcome=outcome, ended=now(), reason=reason, watches=watches)
        for pause in (*PAUSES_SECONDS, None):
            try:
                self.store.end(self.begun, ended)
            except Exception as error:  # noqa: BLE001  # an error of any kind must not replace the attempt's own ending
                if pause is None or isinstance(error, ConflictError):
                    self._warn(outcome, error)
                    return
                time.sleep(pause)
            else:
                return

    def _warn(self, outcome: Outcome, error: Exception) -> None:
        assert self.begun is not None
        text = (
            f"warning: the end of deployment {self.begun.number} to {self.begun.environment} ({outcome}) could not be "
            f"written down: {error}\nthe next deployment asks the environment itself which release runs"
        )
        self.steps.say(f"[yellow]{escape(text)}[/]")


def begin(
    steps: Steps,
    store: ReleaseStore,
    *,
    environment: str,
    release: str,
    digest: str,
    kind: Literal["deploy", "rollback"],
    by: str,
) -> Attempt:
    """Write down that an attempt begins. Raises FailureError, before anything is changed."""
    if not release:
        return Attempt(steps=steps, store=store, begun=None)
    begun = Begun(environment=environment, number=1, release=release, digest=digest, kind=kind, by=by, begun=now())
    return Attempt(steps=steps, store=store, begun=store.begin(begun))


def now() -> datetime:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
