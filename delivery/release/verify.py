"""`slipway release verify`: the smoke test alone, of whatever the stack says it runs or of a release that is named."""

from delivery.failure import NotFoundError

from .deployer import Deployer, Target
from .record import Release


def verify(deployer: Deployer, release: Release | None = None) -> Target:
    """Prove the live release through its public address. Raises ServiceError, or NotFoundError before the first one."""
    if release is not None:
        target = Target(release.configuration(), release.id)
    else:
        found = deployer.known().get("release")
        if not isinstance(found, dict):
            raise NotFoundError(f"stack {deployer.engine.stack} runs no release yet")
        target = Target(found)
    deployer.prove(target)
    return target
