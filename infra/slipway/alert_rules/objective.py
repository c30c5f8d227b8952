"""The promised availability, watched by how fast the allowed failures are used up.

Pairs of windows: the long one tells that it matters, the short one that it still goes on. Factors and windows are those
of Google's SRE Workbook, chapter 5, for a promise over 30 days.
"""

from dataclasses import dataclass

from slipway.contract.metrics import RequestSeries

from .rule import PERCENT, Alert, Group, Recording, Severity
from .watched import Watched


@dataclass(frozen=True)
class _Burn:
    name: str
    factor: float
    long: str
    short: str
    minutes: int
    severity: Severity
    meaning: str


_BURNS = (
    _Burn("AvailabilityBurnsFast", 14.4, "1h", "5m", 2, Severity.ERROR, "2% of a month's failures in an hour"),
    _Burn("AvailabilityBurns", 6, "6h", "30m", 15, Severity.ERROR, "5% of a month's failures in six hours"),
    _Burn("AvailabilityErodes", 3, "1d", "2h", 60, Severity.WARNING, "10% of a month's failures in a day"),
    _Burn("AvailabilityErodesSlowly", 1, "3d", "6h", 180, Severity.INFORMATIONAL, "10% in three days"),
)

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")


def group(app: Watched) -> Group | None:
    """Recordings of the failure ratio, and an alert for each speed at which it is too high. None: nothing counts."""
    requests = app.metrics.requests if app.metrics else None
    promised = app.level.availability
    if requests is None or promised is None:
        return None
    recordings = (
        Recording(name=app.series.recorded_ratio(window), expression=app.series.failure_ratio(requests, window))
        for window in WINDOWS
    )
    return Group(
        name="objective",
        description=f"{promised:g}% of requests are not answered with a server error",
        rules=(*recordings, *(_alert(burn, app, requests, promised) for burn in _BURNS)),
    )


def _alert(burn: _Burn, app: Watched, requests: RequestSeries, promised: float) -> Alert:
    most = f"{burn.factor * (100 - promised) / 100:.6g}"
    long, short = app.series.recorded_ratio(burn.long), app.series.recorded_ratio(burn.short)
    return Alert(
        name=burn.name,
        severity=burn.severity,
        minutes=burn.minutes,
        expression=(
            f"{long} > {most} and {short} > {most}"
            f" and on (cluster) {app.series.failures(requests, burn.long)} >= {app.level.least_failures}"
        ),
        summary=f"{PERCENT} of requests failed in {burn.long}: {burn.meaning}, and it goes on",
    )
