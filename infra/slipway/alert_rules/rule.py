"""One rule, and a group of them."""

from dataclasses import dataclass
from enum import IntEnum

PERCENT = "{{ $value | humanizePercentage }}"
DURATION = "{{ $value | humanizeDuration }}"
NUMBER = "{{ $value | humanize }}"


def of(name: str) -> str:
    """The value of a label, in an alert's summary."""
    return f"{{{{ $labels.{name} }}}}"


class Severity(IntEnum):
    """Azure Monitor's own numbers."""

    CRITICAL = 0
    """Nobody is served."""
    ERROR = 1
    """The promise to callers breaks if nobody acts now."""
    WARNING = 2
    """Act today."""
    INFORMATIONAL = 3
    """Look at it when there is time."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A series that is computed once a minute, for alerts and the dashboard."""

    name: str
    expression: str


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Raised when `expression` has had a result for `minutes`. `summary` may hold Prometheus's templates."""

    name: str
    severity: Severity
    minutes: int
    expression: str
    summary: str
    page: str | None = None
    """Where the repository says what to do, where that is no heading of the alerts' page."""

    @property
    def runbook(self) -> str:
        """Where the repository says what to do."""
        return self.page or f"docs/reference/alerts.md#{self.name.lower()}"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rules that are evaluated one after the other, recordings before what reads them."""

    name: str
    description: str
    rules: tuple[Recording | Alert, ...]
