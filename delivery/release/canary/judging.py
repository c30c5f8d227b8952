"""The judgement of a canary: what it answered, held against what the live release answered meanwhile. Pure data."""

from dataclasses import dataclass
from typing import Literal

from delivery.release.deployment import Answered

Verdict = Literal["good", "worse", "unjudged"]

_LEAST_FAILURES = 20
"""As many failures speak for themselves, however few requests there were."""

_LEAST_SLOWER_MS = 10.0
"""A difference below this is none: Envoy's histogram has few bounds there."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of entry.gateway.canary."""

    least_requests: int = 200
    failures_percent: float = 1.0
    slowdown: float = 1.5


def find_fault(live: Answered, new: Answered, limits: Limits) -> str:
    """Return why the new release is worse than the live one, empty where it is not, or cannot be told yet."""
    if new.requests < limits.least_requests and new.failed < _LEAST_FAILURES:
        return ""
    if new.failed_percent > live.failed_percent + limits.failures_percent:
        return (
            f"{new.failed_percent:.1f}% of its requests failed, {live.failed_percent:.1f}% of the live release's; "
            f"allowed are {limits.failures_percent:g}% more"
        )
    if new.requests < limits.least_requests or live.milliseconds is None or new.milliseconds is None:
        return ""
    most = live.milliseconds * limits.slowdown + _LEAST_SLOWER_MS
    if new.milliseconds > most:
        return (
            f"19 of 20 of its requests took up to {new.milliseconds:.0f} ms, {live.milliseconds:.0f} ms of the live "
            f"release's; allowed are {most:.0f} ms"
        )
    return ""


def find_gap(live: Answered, new: Answered, limits: Limits) -> str:
    """Return why nothing can be told of the new release, empty where enough was asked of both."""
    if new.requests < limits.least_requests:
        return f"it answered {new.requests} requests, too few to judge it: needed are {limits.least_requests}"
    if not live.requests:
        return "the live release answered no request meanwhile, so there is nothing to hold it against"
    return ""
