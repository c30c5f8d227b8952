"""`slipway release verify`: the smoke test alone, of the release in the stack's outputs or of a named one."""

from delivery.failure import FailureError, NotFoundError

from .deployer import Deployer, Target
from .record import Release


def verify(deployer: Deployer, release: Release | None = None) -> Target:
    """Prove the live release by its answers and by the engine's state.

    Raises ServiceError, FailureError where the state names another one, or NotFoundError before the first release.
    """
    if release is not None:
        target = Target(release.configuration(), release.id)
    else:
        found = deployer.known().get("release")
        if not isinstance(found, dict):
            raise NotFoundError(f"stack {deployer.engine.stack} runs no release yet")
        target = Target(found)
    deployer.prove(target)
    if doubts := deployer.find_doubts(target):
        raise FailureError("\n".join([f"{target} answers, and", *(f"  {doubt}" for doubt in doubts)]))
    return target
