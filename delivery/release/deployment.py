"""What was deployed where: one line of history per attempt, and from it what is live and what was live before.

Pure data. An attempt is written twice, when it begins and when it ends; one without an end was broken off, and counts
as deployed by nobody: what it left is for the next attempt to find out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from delivery.image.records import Digest

from .record import ReleaseId

Environment = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
Outcome = Literal["succeeded", "failed", "restored"]
"""`restored`: this release failed, and what was live before it was put back."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Begun(_Part):
    """An attempt to bring a release into an environment; `number` counts them there from 1."""

    format: Literal["slipway.deployment/1"] = "slipway.deployment/1"
    environment: Environment
    number: Annotated[int, Field(ge=1)]
    release: ReleaseId
    digest: Digest
    kind: Literal["deploy", "rollback"]
    by: str
    """Who or what asked for it, such as a pipeline's run."""
    begun: AwareDatetime


class Ended(_Part):
    """How an attempt ended. `reason` says what failed."""

    format: Literal["slipway.deployment-end/1"] = "slipway.deployment-end/1"
    outcome: Outcome
    ended: AwareDatetime
    reason: str = ""


@dataclass(frozen=True)
class Deployment:
    """An attempt, and its end where it has one."""

    begun: Begun
    ended: Ended | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the release was really live after it."""
        return self.ended is not None and self.ended.outcome == "succeeded"


def live(history: Sequence[Deployment]) -> Begun | None:
    """What was deployed last and stayed, None where nothing ever was. `history` is in the order of its numbers."""
    return next((one.begun for one in reversed(history) if one.succeeded), None)


def before(history: Sequence[Deployment]) -> Begun | None:
    """Where a rollback leads: what was really live before the live release, None where nothing was.

    A rollback goes back along the same line: after deploying 1, 2, 3 and going back to 2, before 2 there is 1, not 3.
    """
    line: list[Begun] = []
    for one in history:
        if not one.succeeded:
            continue
        earlier = [number for number, known in enumerate(line) if known.release == one.begun.release]
        if one.begun.kind == "rollback" and earlier:
            del line[earlier[-1] :]
        if not line or line[-1].release != one.begun.release:
            line.append(one.begun)
    return line[-2] if len(line) > 1 else None
