"""Findings: each thing that was looked at, and its state."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """Task that a user wants to do here."""

    REHEARSE = "rehearse"
    IMAGE = "image"
    DEPLOY = "deploy"
    PIPELINES = "pipelines"


class State(StrEnum):
    """State of one thing. `unknown`: it could not be looked at; a report shows that, and never takes it for there."""

    THERE = "there"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing: what was found, the purposes that need it, and the command that mends it where it is not there."""

    name: str
    state: State
    found: str
    needed_for: frozenset[Purpose]
    remedy: str = ""


def there(name: str, found: str, needed_for: Iterable[Purpose]) -> Finding:
    """It is as it must be."""
    return Finding(name, State.THERE, found, frozenset(needed_for))


def missing(name: str, found: str, needed_for: Iterable[Purpose], remedy: str) -> Finding:
    """It is not; `remedy` mends it."""
    return Finding(name, State.MISSING, found, frozenset(needed_for), remedy)


def unknown(name: str, reason: str, needed_for: Iterable[Purpose], remedy: str) -> Finding:
    """It could not be looked at; `remedy` makes that possible."""
    return Finding(name, State.UNKNOWN, f"not looked at: {reason}", frozenset(needed_for), remedy)


def lacking(findings: Iterable[Finding], purpose: Purpose | None) -> list[Finding]:
    """Return the findings that stand in the way of a purpose, or of any purpose where none is chosen."""
    return [
        finding
        for finding in findings
        if finding.state is not State.THERE and (purpose in finding.needed_for if purpose else finding.needed_for)
    ]
