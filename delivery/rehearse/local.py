"""Releases on this machine: containers or processes behind one address, the next one beside the live one."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from delivery.examples.folder import Examples
from delivery.failure import FailureError
from delivery.interrupts import held
from delivery.service.client import await_ready
from delivery.service.ending import END_SECONDS, end
from delivery.service.running import Running, failure

from .front import Front
from .stage import Stage

FACTS = {"drainSeconds": 2}
"""So long a release that must go still answers, telling callers to come again: a load balancer's time to learn."""

_PAUSE_SECONDS = 0.05

Start = Callable[[], Running]


class LocalStage(Stage):
    """A front, and behind it the live release; for a moment, two."""

    def __init__(self, form: str, starts: Mapping[str, Start], ready_path: str, port: int = 0) -> None:
        """`starts` has for each image digest how to start it; more may come. Raises FailureError for a taken port."""
        super().__init__()
        self.form, self.ready_path = form, ready_path
        self._starts = starts
        self._started: list[Running] = []
        try:
            self._front = Front(port)
        except OSError as error:
            raise FailureError(f"port {port} cannot be listened at: {error.strerror}") from None
        self.host, self.port = self._front.host, self._front.port

    @property
    def live(self) -> Running:
        """Return the running release that answers now."""
        return self._started[-1]

    def up(self, release: Mapping[str, Any], message: str, read: Callable[[str], None]) -> None:
        """Start it beside the live one, lead the front over once it is ready, and let the old one finish."""
        read(message)
        with held():
            new = self._starts[str(release["digest"])]()
            self._started.append(new)
        read(f"ready after {await_ready(new):.1f} s")
        self._front.lead_to(new.host, new.port)
        for old in self._started[:-1]:
            read("the one before finishes what it has begun")
            _finish(old)
            self._remove(old)

    def end(self, examples: Examples) -> str:
        """Send SIGTERM in the middle of an example, through the front."""
        return str(end(self, examples))

    def log(self) -> str:
        """Return what the newest release has printed."""
        return self.live.log() if self._started else ""

    def cause(self) -> str:
        """The live release's."""
        return self.live.cause() if self._started else ""

    def exit_code(self) -> int | None:
        """None while the live release runs."""
        return self.live.exit_code()

    def terminate(self) -> None:
        """Send the live release SIGTERM."""
        self.live.terminate()

    def left_behind(self) -> str:
        """Return what still exists of the live release after its end."""
        return self.live.left_behind()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._front.close()
        while self._started:
            self._remove(self._started[-1])

    def _remove(self, running: Running) -> None:
        with held():
            self._started.remove(running)
            running.__exit__(None, None, None)


def _finish(running: Running) -> None:
    """As Kubernetes ends a replica: SIGTERM, then patience. Raises ServiceError unless it ends clean."""
    running.terminate()
    until = time.monotonic() + END_SECONDS
    code = None
    while code is None and time.monotonic() < until:
        time.sleep(_PAUSE_SECONDS)
        code = running.exit_code()
    if code != 0:
        said = "still runs" if code is None else f"ended with exit code {code}, expected 0"
        raise failure(running, f"the release before, after SIGTERM: {said}")
    if left := running.left_behind():
        raise failure(running, f"the release before left something behind: {left}")
