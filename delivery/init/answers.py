"""Facts of a new stack file, apart from what its kind fixes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from delivery.failure import FailureError
from slipway.address_plan import overlaps

FIRST_SPACE = 20
"""The second number of the first environment's 10.x.0.0/16; each later one takes the next free ten."""

_STEP = 10


@dataclass(frozen=True, kw_only=True)
class S3:
    """A bucket with models."""

    bucket: str
    region: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Record:
    """A name of one's own in a zone of Azure DNS."""

    zone: str
    group: str
    name: str


@dataclass(frozen=True, kw_only=True)
class DevOps:
    """Azure DevOps. `source` holds the keys of `pipelines.hub.source`, empty in a later environment."""

    organization: str
    project: str
    branch: str
    pool: str
    approvers: tuple[str, ...]
    state: dict[str, str]
    source: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """One environment. `promotes_from` is empty for the first one of a chain."""

    stack: str
    promotes_from: str
    workload: str
    location: str
    suffix: str
    owner: str
    cost_centre: str
    protect: bool
    address_space: str
    admins: tuple[str, ...]
    publishers: tuple[str, ...]
    emails: tuple[str, ...]
    budget: int
    https: bool
    callers: tuple[str, ...] = ()
    s3: S3 | None = None
    record: Record | None = None
    devops: DevOps | None = None
    contract: str = ""


def free_space(taken: dict[str, str]) -> str:
    """Return an address space that overlaps none of those of other stacks, by their names."""
    for space in _spaces():
        if "new" not in {name for pair in overlaps({**taken, "new": space}) for name in pair}:
            return space
    raise FailureError("no 10.x.0.0/16 is free beside the slipway:network.addressSpace of the other stack files")


def _spaces() -> Iterator[str]:
    for second in range(FIRST_SPACE, 240, _STEP):
        yield str(IPv4Network((f"10.{second}.0.0", 16)))
