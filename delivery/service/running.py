"""A started service, be it a process or a container."""

from types import TracebackType
from typing import Protocol, Self

from delivery.failure import FailureError


class ServiceError(FailureError):
    """The service did not do what it must; the message ends with the last lines of its log."""


class Running(Protocol):
    """A started service. Leaving its `with` block ends and removes it, even after an error inside."""

    @property
    def host(self) -> str:
        """The address it answers at."""

    @property
    def port(self) -> int:
        """Its public port."""

    @property
    def management_port(self) -> int | None:
        """The port of its probes and metrics; None where only the public port can be reached."""

    @property
    def ready_path(self) -> str:
        """The path that is 200 once it is ready, on its management port where that can be reached."""

    def cause(self) -> str:
        """The reason of a failure that the log does not show, as a sentence; or the empty string."""

    def log(self) -> str:
        """Everything it has printed."""

    def exit_code(self) -> int | None:
        """None while it runs."""

    def terminate(self) -> None:
        """Send it SIGTERM, as Kubernetes does."""

    def left_behind(self) -> str:
        """After its end: what still exists of it, or the empty string."""

    def __enter__(self) -> Self:
        """Nothing is started here: it runs already."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it at once if it still runs, and remove what it leaves."""


def address(running: Running) -> str:
    """The URL of the page."""
    return f"http://{running.host}:{running.port}/"


def failure(running: Running, sentence: str, lines: int = 20) -> ServiceError:
    """An error that shows the end of the service's log, and the cause where one is known."""
    tail = running.log().strip().splitlines()[-lines:]
    return ServiceError("\n".join([with_cause(running, sentence), *(f"  | {line}" for line in tail)]))


def with_cause(running: Running, sentence: str) -> str:
    """The sentence, and the cause after it where one is known."""
    cause = running.cause()
    return f"{sentence}; {cause}" if cause else sentence
