"""The way in for callers."""

from collections.abc import Iterator
from typing import Literal

from .base import Section


class Entry(Section):
    """`slipway:entry`. The way in for callers."""

    kind: Literal["service"]
    """service: the load balancer leads straight to the app, over plain HTTP."""

    plain_http: bool = False
    """True lets requests and answers travel unencrypted. kind service has no other way, so it must say true."""


def plain_is_spelled_out(entry: Entry) -> Iterator[tuple[str, str, str]]:
    """Pictures of people travel readable to everybody between: no key that is left out may mean that."""
    if entry.kind == "service" and not entry.plain_http:
        yield "entry.plainHttp", "false", "true, because kind service leads to the app over plain HTTP"


RULES = (plain_is_spelled_out,)
"""Every rule above."""
