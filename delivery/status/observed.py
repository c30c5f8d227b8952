"""Facts that were seen of an environment, and places that could not be looked at: pure data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from delivery.release.deployment import Deployment
from delivery.release.record import Release


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A place that could not be looked at. `needs` is what a person lacks for it."""

    place: str
    reason: str
    needs: str
    essential: bool
    """Without it nothing can be said about health."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The service's own answers. `told` holds code and model, empty where its contract has no path for them."""

    ready: bool
    status: int
    told: Mapping[str, str] = field(default_factory=dict)
    milliseconds: float = 0


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """The certificate that callers see. `fault` is why they would refuse it."""

    issuer: str = ""
    expires: datetime | None = None
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Alert:
    """An alert that is raised now; `severity` is Azure Monitor's number."""

    rule: str
    severity: int
    since: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Status:
    """One environment at one moment. What is None was not read, and stands in `unread`, or does not exist."""

    stack: str
    url: str
    now: datetime
    https: bool
    answer: Answer | None = None
    silent: str = ""
    """The reason why the service gave no answer."""
    certificate: Certificate | None = None
    deployments: tuple[Deployment, ...] | None = None
    """The last ones, newest first."""
    live: Deployment | None = None
    release: Release | None = None
    """The record of the live release."""
    configured: Mapping[str, Any] | None = None
    """The release that the stack's outputs name."""
    doubts: tuple[str, ...] = ()
    """Signs in the engine's state that another image runs, or will."""
    alerts: tuple[Alert, ...] | None = None
    unread: tuple[Unread, ...] = ()
