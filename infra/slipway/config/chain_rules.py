"""Rules that span two stack files: the first environment decides, and each later one must fit."""

from collections.abc import Iterator
from dataclasses import dataclass

Found = Iterator[tuple[str, str, str]]


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Facts that the first environment's file fixes for all. `mirrored`: its repository follows another Git server."""

    branch: str
    mirrored: bool
    review_pool: str | None

    @property
    def output(self) -> dict[str, str | bool | None]:
        """The stack output `chain`."""
        return {"branch": self.branch, "mirrored": self.mirrored, "reviewPool": self.review_pool}


def contradictions(chain: Chain, *, branch: str, pool: str | None, branch_control: str) -> Found:
    """Yield what of an environment's `slipway:pipelines` goes against its chain: path, found, allowed."""
    if branch != chain.branch:
        yield "pipelines.branch", branch, f"{chain.branch}, the branch that the first environment builds"
    if pool is not None and pool == chain.review_pool:
        allowed = "another pool than the first environment's pipelines.hub.reviewPool, which runs unreviewed code"
        yield "pipelines.pool", pool, allowed
    if chain.mirrored and branch_control == "protected":
        allowed = "named: the code is on another Git server, and no policies protect the branch of its mirror"
        yield "pipelines.checks.branchControl", "protected", allowed
