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
    """No caller is served."""
    ERROR = 1
    """The promise to callers breaks unless a person acts now."""
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
    """Page with the instructions. None where a heading of the alerts' page holds them."""

    @property
    def runbook(self) -> str:
        """Return the page, or the heading of the alerts' page, with the instructions."""
        return self.page or f"docs/reference/alerts.md#{self.name.lower()}"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rules that are evaluated one after the other, recordings before what reads them."""

    name: str
    description: str
    rules: tuple[Recording | Alert, ...]
