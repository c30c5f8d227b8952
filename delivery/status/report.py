"""The status in words: for people on a terminal, or as JSON for machines."""

import json
from collections.abc import Iterator
from datetime import datetime

from rich.console import Console
from rich.text import Text

from delivery.release.deployment import Deployment

from .observed import Status
from .verdict import Health, Verdict, expected

_COLOURS = {Health.HEALTHY: "green", Health.UNHEALTHY: "red", Health.UNKNOWN: "yellow"}
_WIDTH = 12
_SHORT = 12


def say(status: Status, verdict: Verdict) -> None:
    """Print the judgement first, then what runs, then what was not seen."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text.assemble((f"{status.stack} is {verdict.health}", f"bold {_COLOURS[verdict.health]}")))
    for reason in verdict.reasons:
        console.print(Text(f"  {reason}"))
    console.print()
    for name, text in _rows(status):
        console.print(Text.assemble((f"{name:{_WIDTH}} ", "bold"), text))
    if status.unread:
        console.print(Text("\nNot looked at:", style="bold"))
    for unread in status.unread:
        console.print(Text(f"  {unread.place}: {unread.reason}\n    needs: {unread.needs}"))


def _rows(status: Status) -> Iterator[tuple[str, str]]:
    facts = expected(status) or (status.answer.told if status.answer else {})
    yield "code", facts.get("commit", "not known")[:_SHORT] if facts.get("commit") else "not known"
    yield "model", f"{facts['model']} version {facts.get('version', '?')}" if facts.get("model") else "not known"
    if status.live:
        since = status.live.ended.ended if status.live.ended else status.live.begun.begun
        yield "since", f"{_moment(since)}, by {status.live.begun.by} ({status.live.begun.release})"
    yield "address", f"{status.url} {_answer(status)}"
    if status.certificate and status.certificate.expires:
        days = (status.certificate.expires - status.now).days
        yield (
            "certificate",
            f"of {status.certificate.issuer}, until {_moment(status.certificate.expires)} ({days} days)",
        )
    if status.alerts is not None:
        yield "alerts", "none" if not status.alerts else ""
    for alert in status.alerts or ():
        yield "", f"severity {alert.severity}: {alert.rule}, since {alert.since}, {alert.state}"
    for number, one in enumerate(status.deployments or ()):
        yield "deployments" if not number else "", _deployment(one)


def _answer(status: Status) -> str:
    if status.answer is None:
        return "gives no answer" if status.silent else "was not asked"
    state = "is ready" if status.answer.ready else f"answers {status.answer.status}"
    return f"{state}, in {status.answer.milliseconds:.0f} ms"


def _deployment(one: Deployment) -> str:
    ended = one.ended.outcome if one.ended else "has no end"
    begun = one.begun
    return f"{begun.number}  {_moment(begun.begun)}  {begun.kind} {begun.release}  {ended}  by {begun.by}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def say_json(status: Status, verdict: Verdict) -> None:
    """Print one JSON document."""
    facts = expected(status)
    document = {
        "stack": status.stack,
        "health": verdict.health,
        "reasons": verdict.reasons,
        "url": status.url,
        "code": facts.get("commit"),
        "model": {"name": facts.get("model"), "version": facts.get("version")} if facts else None,
        "release": status.live.begun.release if status.live else None,
        "since": status.live.ended.ended.isoformat() if status.live and status.live.ended else None,
        "by": status.live.begun.by if status.live else None,
        "ready": status.answer.ready if status.answer else None,
        "certificate_expires": status.certificate.expires.isoformat()
        if status.certificate and status.certificate.expires
        else None,
        "alerts": None if status.alerts is None else [vars(alert) for alert in status.alerts],
        "deployments": None
        if status.deployments is None
        else [
            {
                "number": one.begun.number,
                "release": one.begun.release,
                "kind": one.begun.kind,
                "by": one.begun.by,
                "begun": one.begun.begun.isoformat(),
                "outcome": one.ended.outcome if one.ended else None,
            }
            for one in status.deployments
        ],
        "unread": [vars(unread) for unread in status.unread],
    }
    print(json.dumps(document, indent=2))  # noqa: T201  # the command's output
