"""Settings of the app: those of app/scoring/settings.py that an environment may choose.

Left out on purpose: what the image knows (model folder, host, port, commit, build) and what the rollout's times say
(drain and grace). Ranges and defaults are the app's own; a test compares them.
"""

from typing import Annotated, Literal

from pydantic import Field

from .base import Section

_MIB = 1 << 20

Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class App(Section):
    """What the app is told. Absent: as the image has it, so that an older image is never told of a newer setting."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged."""

    scorers: Annotated[int, Field(ge=1, le=256)] | None = None
    """Processes that decode and infer. Absent: one for each core of resources.cpuLimit."""

    queue_limit: Annotated[int, Field(ge=0, le=10_000)] = 64
    """Requests that may wait for a scorer; one more is answered 503."""

    queue_timeout_seconds: Seconds = 10
    """A request that has waited longer is answered 503."""

    job_timeout_seconds: Seconds = 20
    """A scorer that has worked longer on one request is replaced."""

    max_body_bytes: Annotated[int, Field(ge=1024)] = 10 * _MIB
    """The largest body."""

    body_timeout_seconds: Seconds = 20
    """A body must have arrived whole within this time."""

    body_budget_bytes: Annotated[int, Field(ge=1024)] = 128 * _MIB
    """Bytes of unfinished bodies held at once, over all connections."""

    max_pixels: Count = 64_000_000
    """What a picture's header may declare."""

    max_decoded_pixels: Count = 25_000_000
    """What one scorer may decode at once. A pixel takes up to 16 bytes meanwhile; resources.memory must hold them."""

    min_side: Count = 16
    """The smallest side of a picture, in pixels."""

    max_aspect: Count = 50
    """The longest side against the shortest."""

    max_pictures: Count = 16
    """Pictures in one request."""

    max_connections: Annotated[int, Field(ge=1, le=100_000)] = 2000
    """Connections to one replica at once."""

    keepalive_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    """A connection must bring its next request within this time."""
