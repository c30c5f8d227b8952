"""Bounds that the gateway sets to its callers."""

from typing import Annotated

from pydantic import Field

from .base import Section


class Limits(Section):
    """Bounds on what callers may take of one proxy. Each proxy counts by itself."""

    requests_per_second: Annotated[int, Field(ge=1, le=100_000)] | None = 100
    """Requests of one client address within a second, all at once or spread; one more is answered 429. With n proxies
    an address gets up to n times as many. null: any number."""

    connections: Annotated[int, Field(ge=100, le=50_000)] = 10_000
    """Connections to one proxy at once; one more is closed."""

    streams: Annotated[int, Field(ge=1, le=1000)] = 100
    """Requests at once on one HTTP/2 connection."""

    header_seconds: Annotated[int, Field(ge=1, le=60)] = 10
    """TLS handshake and header of a request must each have arrived whole within this time."""

    request_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    """A request must have arrived whole within this time, its body included."""

    idle_seconds: Annotated[int, Field(ge=5, le=3600)] = 180
    """A connection without a request is closed after this time. Azure's load balancer forgets one after 240."""
