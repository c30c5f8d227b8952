"""`slipway release rollback`: back to what was really deployed before, in one command."""

from collections.abc import Mapping
from typing import Any

from delivery.failure import NotFoundError

from .canary.trial import read_canary
from .deployer import Deployer, Target
from .deployment import before, live
from .engine import read_digest
from .gate import require_cluster


def rollback(deployer: Deployer) -> Target:
    """Put the release before the live one back, once its image is seen to be there. Raises FailureError.

    "Before" is what was deployed and proved itself, never what was only built. Where the stack runs something that no
    deployment left there, or that a broken-off one did, the last proved release is where it goes back to. A canary
    goes, and the release that it was held against stays.
    """
    outputs = deployer.known()
    target = destination(deployer, outputs)
    require_cluster(deployer.engine)
    deployer.bring_in(target, outputs)
    deployer.recover()
    deployer.replace(target, _now_live(deployer, outputs, target), "rollback", over=read_digest(outputs))
    return target


def destination(deployer: Deployer, outputs: Mapping[str, Any]) -> Target:
    """Return the release that a rollback leads to.

    Raises NotFoundError where nothing was deployed before, or its record is gone.
    """
    stack, store = deployer.engine.stack, deployer.store
    history = store.history(stack)
    last = live(history)
    digest = read_digest(outputs)
    changed = digest not in ("", last.digest if last else "") or bool(read_canary(outputs))
    begun = last if last is not None and changed else before(history)
    if begun is None:
        said = "nothing was ever deployed there" if last is None else f"{last.release} is the first that was deployed"
        raise NotFoundError(f"{stack}: there is nothing to go back to: {said}")
    release = store.find(begun.release)
    if release is None:
        raise NotFoundError(f"{stack}: the record of {begun.release} is gone from {store.store.location}")
    return Target(release.configuration(), release.id, release.image.tag)


def _now_live(deployer: Deployer, outputs: Mapping[str, Any], target: Target) -> Target | None:
    """Return the release to restore if the rollback fails as well, None where that is `target` or missing.

    It is the last one that proved itself; without a record of one, the stack's own, which at least ran.
    """
    good = deployer.last_good(outputs)
    return good if good and good.digest != target.digest else None
