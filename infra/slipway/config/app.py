"""Settings of the app: those of app/scoring/settings.py that an environment may choose.

Left out on purpose: what the image knows (model folder, host, ports, commit, build) and what the rollout's times say
(drain and grace). Ranges and defaults are the app's own; a test compares them.
"""

from typing import Annotated, Literal

from pydantic import Field

from .base import Section

_MIB = 1 << 20

Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class App(Section):
    """What the app is told. Absent: as the image has it."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged."""

    workers: Annotated[int, Field(ge=1, le=256)] | None = None
    """Processes that decode and infer. Absent: one for each core of resources.cpuLimit."""

    execution_provider: str = "CPUExecutionProvider"
    """onnxruntime's provider; another one than the CPU's needs an image with that build of onnxruntime."""

    queue_limit: Annotated[int, Field(ge=0, le=10_000)] = 64
    """Requests that may wait for a worker; one more is answered 503."""

    queue_timeout_seconds: Seconds = 10
    """A request that has waited longer is answered 503."""

    job_timeout_seconds: Seconds = 20
    """A worker that has worked longer on one request is replaced."""

    max_body_bytes: Annotated[int, Field(ge=1024)] = 10 * _MIB
    """The largest body."""

    body_timeout_seconds: Seconds = 20
    """A body must have arrived whole within this time."""

    max_answer_bytes: Annotated[int, Field(ge=65536)] = 16 * _MIB
    """The largest answer; a request whose answer would be larger is answered 413."""

    budget_bytes: Annotated[int, Field(ge=1024)] = 128 * _MIB
    """Bytes in hand at once, over all connections: of request bodies and of answers."""

    max_pixels: Count = 64_000_000
    """What a picture's header may declare."""

    max_decoded_pixels: Count = 25_000_000
    """What one worker may decode at once. A pixel takes up to 16 bytes meanwhile; resources.memory must hold them."""

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
