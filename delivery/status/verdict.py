"""Judgement of an environment's health, by what was seen of it: pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from .observed import Status

_LEAST_DAYS = 7
"""A certificate renews long before: one with less left does not renew any more."""
_LONGEST = timedelta(hours=2)
"""A deployment without an end is at work for so long at most."""
_GRAVE = 1
"""Alerts of this severity, or a graver one, are about callers now."""


class Health(StrEnum):
    """`unknown` is never taken for well."""

    HEALTHY = "healthy"
    UNHEALTHY = "not healthy"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """The judgement, and every reason for it."""

    health: Health
    reasons: tuple[str, ...]


def judge(status: Status) -> Verdict:
    """Return the judgement: a problem weighs more than what is open."""
    if problems := tuple(_problems(status)):
        return Verdict(Health.UNHEALTHY, problems)
    if open_ := tuple(_open(status)):
        return Verdict(Health.UNKNOWN, open_)
    return Verdict(Health.HEALTHY, ())


def _problems(status: Status) -> Iterator[str]:
    if status.silent and _was_released(status):
        yield f"no answer from {status.url}: {status.silent}"
    if status.answer and not status.answer.ready:
        yield f"the service is not ready: it answers {status.answer.status}"
    yield from _certificate(status)
    newest = status.deployments[0] if status.deployments else None
    if newest and newest.ended and newest.ended.outcome == "failed":
        yield f"deployment {newest.begun.number} failed, and nothing good was put back"
    if newest and newest.ended is None and not _is_under_way(status):
        yield f"deployment {newest.begun.number} was broken off: it began at {newest.begun.begun:%Y-%m-%d %H:%M} UTC"
    if not _is_under_way(status):  # while it is, two releases may answer
        yield from _another_version(status)
        yield from status.doubts
    for alert in status.alerts or ():
        if alert.severity <= _GRAVE:
            yield f"alert {alert.rule} is raised since {alert.since}"


def _is_under_way(status: Status) -> bool:
    newest = status.deployments[0] if status.deployments else None
    return newest is not None and newest.ended is None and status.now - newest.begun.begun <= _LONGEST


def _another_version(status: Status) -> Iterator[str]:
    """Yield each fact in which the answers differ from the live release."""
    if status.answer is None or not status.answer.told:
        return
    wanted = expected(status)
    for name, right in wanted.items():
        found = status.answer.told.get(name, "")
        if found != right:
            yield f"the service says {name} {found or 'nothing'}, and the live release has {right}"


def expected(status: Status) -> dict[str, str]:
    """Return commit and model of the live release: by its record, else by the stack's outputs; empty without either."""
    configured: Mapping[str, Any] | None = status.release.configuration() if status.release else status.configured
    if not configured:
        return {}
    model = configured["model"]
    return {
        "commit": str(configured["commit"]),
        "model": str(model["name"]),
        "version": str(model["version"]),
    }


def _certificate(status: Status) -> Iterator[str]:
    certificate = status.certificate
    if certificate is None:
        return
    if certificate.fault:
        yield f"callers refuse the certificate: {certificate.fault}"
    elif certificate.expires and certificate.expires - status.now < timedelta(days=_LEAST_DAYS):
        yield f"the certificate ends on {certificate.expires:%Y-%m-%d}, and was not renewed"


def _open(status: Status) -> Iterator[str]:
    for unread in status.unread:
        if unread.essential:
            yield f"{unread.place} was not looked at"
    if status.deployments and _is_under_way(status):
        begun = status.deployments[0].begun
        yield f"deployment {begun.number} is under way, since {begun.begun:%H:%M} UTC"
    if not _was_released(status):
        yield "nothing was released here yet"


def _was_released(status: Status) -> bool:
    """Tell an environment without a release from one whose releases could not be read."""
    seen = status.deployments is not None or status.configured is not None
    return not seen or bool(status.live or status.configured)
