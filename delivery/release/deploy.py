"""`delivery release deploy`: a recorded release into one environment: judged, deployed, proved, undone if it fails."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from delivery.image.registry.place import Place

from .deployer import Deployer, Target
from .gate import Rights, admit, judge
from .record import Release


def deploy(
    deployer: Deployer, release: Release, *, approved: Path | None = None, rights: Rights | None = None
) -> Target:
    """Import, judge, deploy, prove. Nothing is changed before every gate is open; what is live then is what was asked
    for, or what was good before. Raises FailureError, GateError, RestoredError, StrandedError.
    """
    target = Target(release.configuration(), release.id, release.image.tag)
    outputs = deployer.known()
    source, source_id = _source(deployer, release, outputs)
    deployer.bring_in(target, outputs, source, source_id)
    with deployer.steps.step("Preview") as step:
        step.result = admit(judge(deployer.engine.preview(target.configuration), approved), rights)
    deployer.replace(target, deployer.last_good(outputs), "deploy")
    return target


def _source(deployer: Deployer, release: Release, outputs: Mapping[str, Any]) -> tuple[Place, str]:
    """Where the image comes from: the environment before this one, which has proved it; the first has it by a push."""
    environment = deployer.engine.settings().get("slipway:environment") or {}
    earlier = environment.get("promotesFrom")
    if not earlier:
        return Place(str(outputs["registryLoginServer"]), release.image.repository), ""
    before = deployer.engine.outputs(str(earlier))
    host = str(before.get("registryLoginServer") or release.image.registry)
    return Place(host, release.image.repository), str(before.get("registryId") or "")
