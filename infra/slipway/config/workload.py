"""How the app runs on the cluster: how many, how large, how it is replaced and how it is reached."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from .base import Section
from .quantities import Cores, Cpu, Memory
from .values import Cidr, PoolName
from .words import Matching

_MOST_SOURCES = 200
"""A network security group holds a thousand rules, and the cluster writes some of its own."""


def _some(sources: tuple[str, ...]) -> tuple[str, ...]:
    if not 1 <= len(sources) <= _MOST_SOURCES:
        raise ValueError(f'1 to {_MOST_SOURCES} networks; ["0.0.0.0/0"] lets everybody in')
    return sources


Percent = Annotated[int, Field(ge=10, le=100)]
Seconds = Annotated[int, Field(ge=0, le=600)]


class Scaling(Section):
    """How many replicas there are."""

    min_replicas: Annotated[int, Field(ge=2, le=100)]
    """The fewest. Two at least: one may leave with its node while the other answers."""

    max_replicas: Annotated[int, Field(ge=2, le=200)]
    """The most. The same as minReplicas: a fixed number."""

    target_cpu_percent: Percent = 70
    """CPU use that the autoscaler aims at, in percent of resources.cpuRequest."""

    scale_down_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """How long a lower load must last before replicas go."""


class Disruptions(Section):
    """What a drained node or a cluster upgrade may take away at once."""

    max_unavailable: Annotated[int, Field(ge=1, le=50)]
    """Replicas that may be missing. One at least, or no node could ever be drained."""


class Spread(Section):
    """How replicas are kept apart. Preferred: as far as there is room. Required: or not at all."""

    nodes: Literal["preferred", "required"]
    """Over nodes."""

    zones: Literal["preferred", "required"]
    """Over availability zones."""


class Resources(Section):
    """What one replica gets."""

    cpu_request: Cpu
    """CPU that is kept for it."""

    cpu_limit: Cores
    """CPU that it may use, in whole cores: an app that runs a process on each needs their number."""

    memory: Memory
    """Memory, kept for it and its limit: what cannot be taken back is not lent."""

    model_memory: Memory
    """The part that the app takes at rest, with its model. `image test` refuses a model that takes more."""

    ephemeral_storage: Memory = "1Gi"
    """Disk of its node for its logs, which the kubelet keeps up to 250Mi of; beyond it the pod is evicted."""


class Rollout(Section):
    """How replicas are replaced without losing a request."""

    max_surge: Annotated[int, Field(ge=1, le=50)]
    """Replicas beyond the wanted number while new ones come; none is taken away before another is ready."""

    min_ready_seconds: Seconds
    """How long a new replica must stay ready before it counts, and an old one may go."""

    start_seconds: Annotated[int, Field(ge=10, le=600)] = 60
    """How long a replica may take to load its model before it is started anew."""

    progress_seconds: Annotated[int, Field(ge=60, le=3600)]
    """A rollout in which nothing happened for this long has failed."""

    timeout_seconds: Annotated[int, Field(ge=120, le=7200)]
    """How long `pulumi up` waits for the rollout and for the address, and so how long it takes to find one failed."""

    pre_stop_seconds: Annotated[int, Field(ge=5, le=120)]
    """A leaving replica goes on as before for this long, until every load balancer has heard of it."""

    drain_seconds: Annotated[int, Field(ge=1, le=120)]
    """Then it answers and closes each kept-alive connection after an answer, for this long."""

    grace_seconds: Annotated[int, Field(ge=1, le=300)]
    """Then it takes no new connection, and requests in flight have this long."""

    history: Annotated[int, Field(ge=1, le=20)] = 5
    """Old replica sets that are kept to be looked at."""

    @property
    def leaving_seconds(self) -> int:
        """From the decision to remove a replica to the end of its last request; the app's own end comes on top."""
        return self.pre_stop_seconds + self.drain_seconds + self.grace_seconds


class Service(Section):
    """How callers reach it."""

    port: Annotated[int, Field(ge=1, le=65535)] = 80
    """Port of the public address."""

    external_traffic_policy: Literal["Cluster", "Local"]
    """Cluster: any node takes a request and may pass it on. Local: only nodes with a replica, which sees the caller."""

    allowed_sources: Annotated[tuple[Cidr, ...], AfterValidator(_some)]
    """Networks that may call; ["0.0.0.0/0"] is everybody."""


class Tracing(Section):
    """Where spans are sent. The app must send them: its contract names a variable for the endpoint."""

    service: Annotated[
        str, Matching(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", "a Service's name: 1 to 63 of a-z, 0-9 and -, a letter first")
    ]
    """Service of an OpenTelemetry collector in the cluster that takes OTLP over HTTP."""

    namespace: Annotated[str, Matching(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "a namespace: 1 to 63 of a-z, 0-9 and -")]
    """Its namespace."""

    port: Annotated[int, Field(ge=1, le=65535)] = 4318
    """Its port, the same at the service and at its pods."""


class Workload(Section):
    """`slipway:workload`. The app on the cluster."""

    pool: PoolName
    """Node pool of `cluster.pools` that it runs on."""

    priority: Annotated[int, Field(ge=0, le=1_000_000_000)] = 1000
    """Goes before pods of a lower number where the cluster is full; what has no number has 0."""

    scaling: Scaling
    """How many replicas."""

    disruptions: Disruptions
    """How many may be missing."""

    spread: Spread
    """How they are kept apart."""

    resources: Resources
    """What each gets."""

    rollout: Rollout
    """How they are replaced."""

    service: Service
    """How they are reached."""

    tracing: Tracing | None = None
    """Where spans go. Absent: none are sent."""
