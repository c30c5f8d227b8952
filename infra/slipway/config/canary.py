"""A release beside the live one: the place that is kept for it, and the one that has the place."""

from typing import Annotated

from pydantic import Field

from .base import Section
from .release import Release
from .workload import Scaling

Share = Annotated[int, Field(ge=1, le=50)]
"""Percent of the requests."""

_FEWEST_REPLICAS = 2
"""One may leave with its node while the other answers."""


class Canary(Section):
    """A place beside the live release. `release deploy` puts a new one there first, and lets it take a share."""

    share: Share = 10
    """Requests that the new release takes, in percent."""

    minutes: Annotated[int, Field(ge=1, le=30)] = 10
    """How long it is watched before it takes all."""

    least_requests: Annotated[int, Field(ge=20, le=1_000_000)] = 200
    """Requests that it must have answered to be judged. With fewer it goes back, and the command says so."""

    failures_percent: Annotated[float, Field(ge=0, le=50)] = 1.0
    """It goes back where it answers more of its requests with 5xx than the live one does, by more than this."""

    slowdown: Annotated[float, Field(ge=1, le=10)] = 1.5
    """It goes back where 19 of 20 of its requests take longer than this many times what the live one's take."""

    shadow: bool = False
    """Before it takes its share, as many requests are mirrored to it for as long; callers never see those answers."""


class CanaryRelease(Section):
    """`slipway:canary`. A release in the place of entry.gateway.canary; `release deploy` writes it for a while."""

    release: Release
    """The release."""

    share: Share | None = None
    """Requests that it takes, in percent. Absent: what entry.gateway.canary says."""

    shadow: bool = False
    """True: the share is mirrored to it, and the live release answers."""


def canary_scaling(scaling: Scaling, share: int) -> Scaling:
    """Replicas that a share of the requests needs, by those that all of them need."""
    fewest, most = (
        max(_FEWEST_REPLICAS, -(-replicas * share // 100)) for replicas in (scaling.min_replicas, scaling.max_replicas)
    )
    return scaling.model_copy(update={"min_replicas": fewest, "max_replicas": most})
