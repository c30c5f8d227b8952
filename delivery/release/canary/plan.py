"""The way of a release over a canary: its phases and their bounds, from the stack file and the command's options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from delivery.failure import UsageError
from slipway.config.canary import Canary
from slipway.config.problems import allowed

from .judging import Limits

_MINUTE = 60.0
_MOST_SHARE = 50


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A stretch of time in which the new release gets a share of the requests, or copies of them."""

    kind: Literal["shadow", "canary"]
    share: int
    seconds: float

    @property
    def shadow(self) -> bool:
        """True where its answers go nowhere."""
        return self.kind == "shadow"

    def configuration(self, release: Mapping[str, Any]) -> dict[str, Any]:
        """Return the stack's `slipway:canary` for it."""
        return {"release": dict(release), "share": self.share, "shadow": self.shadow}

    def __str__(self) -> str:
        return f"{self.kind} {self.share}%"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Phases in their order, and the bounds that the new release is held to in each."""

    phases: tuple[Phase, ...]
    limits: Limits


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds: between two looks at the proxies, until those figures can be read, and between two questions.

    Managed Prometheus looks every 30 s, and shows what it has seen a minute or two later.
    """

    scrape: float = 30
    lag: float = 120
    poll: float = 15


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Options of a command. `share` is text such as 10%, empty where it is the stack file's.

    `metrics` is where the gateway's figures are asked for instead of what the stack names.
    """

    share: str = ""
    shadow: bool = False
    at_once: bool = False
    metrics: str = ""
    pace: Pace = field(default_factory=Pace)

    @property
    def explicit(self) -> bool:
        """True where a canary is asked for by an option."""
        return bool(self.share or self.shadow)


def make_plan(settings: Mapping[str, Any], stack: str, wish: Wish) -> Plan | None:
    """Return the plan for an environment by its stack file, None where a release takes all at once.

    Raises UsageError where a canary is asked for and the environment has no place for one.
    """
    if wish.at_once and wish.explicit:
        raise UsageError("--at-once: found --canary or --shadow beside it, allowed: one of them")
    share = _parsed(wish.share) if wish.share else None
    if settings.get("slipway:canary") is not None:
        raise UsageError(
            f"Pulumi.{stack}.yaml: slipway:canary: found a value, allowed: nothing, because releases write it"
        )
    place = _place(settings, stack, wish)
    if place is None or wish.at_once:
        return None
    share, seconds = share or place.share, place.minutes * _MINUTE
    shadow = (Phase(kind="shadow", share=share, seconds=seconds),) if wish.shadow or place.shadow else ()
    limits = Limits(
        least_requests=place.least_requests, failures_percent=place.failures_percent, slowdown=place.slowdown
    )
    return Plan(phases=(*shadow, Phase(kind="canary", share=share, seconds=seconds)), limits=limits)


def _place(settings: Mapping[str, Any], stack: str, wish: Wish) -> Canary | None:
    file = f"Pulumi.{stack}.yaml"
    entry = settings.get("slipway:entry") or {}
    if entry.get("kind") != "gateway":
        if wish.explicit:
            raise UsageError(
                f"{file}: slipway:entry.kind: found {entry.get('kind')}, allowed: gateway, because a Service has no "
                "routes that divide callers\nto turn to a gateway: docs/how-to/serve-over-https.md"
            )
        return None
    found = (entry.get("gateway") or {}).get("canary")
    if found is None:
        if wish.explicit:
            raise UsageError(
                f"{file}: slipway:entry.gateway.canary: found nothing, allowed: an object, such as {{}}\n"
                f"it keeps a place for a canary, which this makes: pulumi up -s {stack}"
            )
        return None
    try:
        return Canary.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(step) for step in ("slipway:entry.gateway.canary", *first["loc"]))
        raise UsageError(f"{file}: {path}: found {first['input']!r}, allowed: {allowed(dict(first))}") from None


def _parsed(text: str) -> int:
    number = text.removesuffix("%")
    if not number.isdecimal() or not 1 <= int(number) <= _MOST_SHARE:
        raise UsageError(f"--canary: found {text}, allowed: a share from 1% to {_MOST_SHARE}%")
    return int(number)
