"""Deployments of an environment: one record per attempt, and from them the live release and the one before it.

Pure data. An attempt is written twice, when it begins and when it ends. One without an end was stopped, or its end
could not be written: the next attempt finds out which release runs.
"""

from collections.abc import Iterable, Iterator, Reversible
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from delivery.image.records import Digest

from .record import Plain, ReleaseId

Environment = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
Outcome = Literal["succeeded", "failed", "restored", "worse", "unjudged", "unchanged", "overtaken"]
"""`worse`: it was, as a canary, which went. `unjudged`: too few requests reached the canary, which went.
`restored`: this release failed, and the one before it was put back. `unchanged`: it was never started, because the
stack's state was locked. `overtaken`: another deployment had replaced it meanwhile.
"""


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
    by: Plain
    """Person or process that asked for it, such as a pipeline's run."""
    begun: AwareDatetime


class Answered(_Part):
    """Answers of one release while it was watched. `milliseconds`: 19 of 20 requests took no longer."""

    requests: Annotated[int, Field(ge=0)]
    failed: Annotated[int, Field(ge=0)]
    milliseconds: float | None = None

    @property
    def failed_percent(self) -> float:
        """The failed requests in percent; none of none."""
        return 100 * self.failed / self.requests if self.requests else 0.0

    def __str__(self) -> str:
        time = "" if self.milliseconds is None else f", 19 of 20 within {self.milliseconds:.0f} ms"
        return f"{self.requests} requests, {self.failed} failed{time}"


class Watch(_Part):
    """A stretch of time in which the new release got `share` percent of the requests, or copies of them."""

    kind: Literal["shadow", "canary"]
    share: Annotated[int, Field(ge=1, le=100)]
    seconds: Annotated[int, Field(ge=0)]
    live: Answered
    new: Answered
    verdict: Literal["good", "worse", "unjudged"]
    reason: str = ""


class Ended(_Part):
    """The end of an attempt. `reason` is what failed, `watches` what was seen of a canary."""

    format: Literal["slipway.deployment-end/1"] = "slipway.deployment-end/1"
    outcome: Outcome
    ended: AwareDatetime
    reason: str = ""
    watches: tuple[Watch, ...] = ()


@dataclass(frozen=True)
class Deployment:
    """An attempt, and its end where it has one."""

    begun: Begun
    ended: Ended | None = None

    @property
    def succeeded(self) -> bool:
        """True where the release was really live after it."""
        return self.ended is not None and self.ended.outcome == "succeeded"


def live(history: Reversible[Deployment]) -> Begun | None:
    """Return the deployment that is live: the last that succeeded, None where none did. `history` is oldest first."""
    return next((one.begun for one in reversed(history) if one.succeeded), None)


def before(history: Reversible[Deployment]) -> Begun | None:
    """Return the deployment that a rollback leads to: the one live before the live one, None where there is none.

    A rollback goes back along the same line: after deploying 1, 2, 3 and going back to 2, before 2 there is 1, not 3.
    """
    line = _walk_line(one.begun for one in reversed(history) if one.succeeded)
    newest = next(line, None)
    return next((begun for begun in line if newest and begun.release != newest.release), None)


def _walk_line(newest_first: Iterable[Begun]) -> Iterator[Begun]:
    """Yield the deployments that lead to the live one, newest first, without those that a rollback has undone."""
    undone: list[str] = []
    for begun in newest_first:
        if not undone:
            yield begun
        elif undone[-1] == begun.release:
            undone.pop()
        if begun.kind == "rollback":
            # All between this rollback and the last deployment of its release before it is undone.
            undone.append(begun.release)
