"""`slipway release deploy`: a recorded release into one environment: checked, deployed, proved, undone if it fails."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from delivery.console import Steps
from delivery.failure import ConflictError, UsageError
from delivery.image.registry.place import Place
from delivery.preview import approval

from .canary.figures import open_figures
from .canary.plan import Phase, Plan, Wish, make_plan
from .canary.trial import Trial
from .deployer import Deployer, Target
from .deployment import live
from .engine import Engine, name_digest, read_digest
from .gate import Rights, admit, hold, judge, newest, require_cluster
from .record import Release

_STACK_FILE = Wish()
"""The stack file's own settings of canaries, and nothing else."""


def deploy(
    deployer: Deployer,
    release: Release,
    *,
    approved: Path | None = None,
    rights: Rights | None = None,
    older: bool = False,
    wish: Wish = _STACK_FILE,
) -> Target:
    """Check, import, preview, deploy, prove. Nothing is changed before every gate is passed.

    Live afterwards is the release, or the one that was good before. `older` allows a release that is older than the
    live one. `wish` is what is asked for of a canary, beyond the stack file. Raises FailureError, GateError,
    RestoredError, UnjudgedError, StrandedError.
    """
    target = Target(release.configuration(), release.id, release.image.tag)
    outputs = deployer.known()
    running = read_digest(outputs)
    plan = choose_plan(deployer.engine, outputs, target.digest, wish, deployer.steps)
    seen = approval.read(newest(approved)) if approved else None
    if seen:
        hold(seen, release, running, [str(phase) for phase in plan.phases] if plan else [])
    if not older:
        _refuse_older(deployer, release, running)
    good = deployer.last_good(outputs)
    trial = _trial(deployer, plan, outputs, good, wish)
    source, source_id = _source(deployer, release, outputs)
    deployer.bring_in(target, outputs, source, source_id)
    require_cluster(deployer.engine)
    deployer.recover()
    group = str(outputs.get("resourceGroupName", ""))
    for phase in plan.phases if plan else ():
        with deployer.steps.step("Preview") as step:
            printed = preview_phase(deployer.engine, phase, outputs, target.configuration)
            step.result = f"{phase}: {admit(judge(printed, seen and seen.of_phase(str(phase))), rights, group)}"
    with deployer.steps.step("Preview") as step:
        judged = judge(deployer.engine.preview(target.configuration), seen)
        step.result = admit(judged, rights, group)
    deployer.replace(target, good, "deploy", over=running, trial=trial)
    return target


def choose_plan(
    engine: Engine, outputs: Mapping[str, Any], digest: str, wish: Wish, steps: Steps | None = None
) -> Plan | None:
    """Return the canary's plan; None where none is wanted, or where nothing is live to hold it against.

    Raises UsageError where one is asked for and cannot be had.
    """
    plan = make_plan(engine.settings(), engine.stack, wish)
    running = read_digest(outputs)
    if plan is None or running == digest:
        return None
    reason = ""
    if not running:
        reason = "nothing is live that it could be held against"
    elif "canaryFigures" not in outputs:
        reason = f"{engine.stack} keeps no place for one yet: pulumi up -s {engine.stack} makes it"
    if reason and wish.explicit:
        raise UsageError(f"--canary: {reason}; without the option the release takes all requests at once")
    if reason and steps:
        with steps.step("Canary") as step:
            step.skip(reason)
    return None if reason else plan


def preview_phase(engine: Engine, phase: Phase, outputs: Mapping[str, Any], new: Mapping[str, Any]) -> bytes:
    """Return the engine's preview of a phase of a canary, from the state of now."""
    return engine.beside(phase.configuration(new)).preview(outputs["release"])


def _trial(
    deployer: Deployer, plan: Plan | None, outputs: Mapping[str, Any], good: Target | None, wish: Wish
) -> Trial | None:
    if plan is None:
        return None
    if good is None or good.digest != read_digest(outputs):
        raise ConflictError(
            f"{deployer.engine.stack}: no deployment has proved what runs, {name_digest(read_digest(outputs))}, so a "
            f"canary has nothing to be held against; nothing was changed\n"
            f"first: slipway release rollback --stack {deployer.engine.stack}; to take all requests at once: --at-once"
        )
    trial = Trial(plan=plan, figures=open_figures(outputs, wish.metrics), pace=wish.pace)
    trial.check()
    return trial


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
    """Return the image's source and the id of its registry: those of the environment before this one, which proved it.

    The first environment has the image by a push: its source is its own registry, without an id.
    """
    environment = deployer.engine.settings().get("slipway:environment") or {}
    earlier = environment.get("promotesFrom")
    if not earlier:
        return Place(str(outputs["registryLoginServer"]), release.image.repository), ""
    before = deployer.engine.outputs(str(earlier))
    host = str(before.get("registryLoginServer") or release.image.registry)
    return Place(host, release.image.repository), str(before.get("registryId") or "")
