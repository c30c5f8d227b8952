"""`slipway release deploy`: a recorded release into one environment: checked, deployed, proved, undone if it fails."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from delivery.failure import ConflictError
from delivery.image.registry.place import Place
from delivery.preview import approval

from .deployer import Deployer, Target
from .deployment import live
from .engine import read_digest
from .gate import Rights, admit, hold, judge, newest, require_cluster
from .record import Release


def deploy(
    deployer: Deployer,
    release: Release,
    *,
    approved: Path | None = None,
    rights: Rights | None = None,
    older: bool = False,
) -> Target:
    """Check, import, preview, deploy, prove. Nothing is changed before every gate is passed.

    Live afterwards is the release, or the one that was good before. `older` allows a release that is older than the
    live one. Raises FailureError, GateError, RestoredError, StrandedError.
    """
    target = Target(release.configuration(), release.id, release.image.tag)
    outputs = deployer.known()
    running = read_digest(outputs)
    seen = approval.read(newest(approved)) if approved else None
    if seen:
        hold(seen, release, running)
    if not older:
        _refuse_older(deployer, release, running)
    source, source_id = _source(deployer, release, outputs)
    deployer.bring_in(target, outputs, source, source_id)
    require_cluster(deployer.engine)
    deployer.recover()
    with deployer.steps.step("Preview") as step:
        judged = judge(deployer.engine.preview(target.configuration), seen)
        step.result = admit(judged, rights, str(outputs.get("resourceGroupName", "")))
    deployer.replace(target, deployer.last_good(outputs), "deploy", over=running)
    return target


def _refuse_older(deployer: Deployer, release: Release, running: str) -> None:
    """Raise ConflictError where the release that runs was recorded after this one: their ids sort by time."""
    stack = deployer.engine.stack
    now = live(deployer.store.history(stack))
    if now is None or now.digest != running or running == release.image.digest or release.id > now.release:
        return
    raise ConflictError(
        f"{release.id}: is older than {now.release}, which {stack} runs; nothing was changed\n"
        f"to go back: slipway release rollback --stack {stack}; to deploy it all the same: --older"
    )


def _source(deployer: Deployer, release: Release, outputs: Mapping[str, Any]) -> tuple[Place, str]:
    """Where the image comes from: the environment before this one, which has proved it; the first has it by a push."""
    environment = deployer.engine.settings().get("slipway:environment") or {}
    earlier = environment.get("promotesFrom")
    if not earlier:
        return Place(str(outputs["registryLoginServer"]), release.image.repository), ""
    before = deployer.engine.outputs(str(earlier))
    host = str(before.get("registryLoginServer") or release.image.registry)
    return Place(host, release.image.repository), str(before.get("registryId") or "")
