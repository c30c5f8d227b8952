"""What fixtures of these tests do, as types."""

from typing import NamedTuple, Protocol

from delivery.model.publishing import Publication


class Outcome(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


class Run(Protocol):
    """Run `slipway model ...` in this process."""

    def __call__(self, *arguments: object) -> Outcome:
        """What it came to."""


class Publish(Protocol):
    """Publish a model with these bytes."""

    def __call__(self, model: bytes, *, promote: bool = True, title: str = "") -> Publication:
        """What it came to."""
