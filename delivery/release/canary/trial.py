"""A release's trial beside the live one: phase by phase, each declared by the program, watched and judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from delivery.console import Step, Steps
from delivery.failure import ConflictError, ExitCode, FailureError
from delivery.release.deployment import Watch
from delivery.release.engine import Engine, UnstartedError

from .figures import Figures
from .plan import Pace, Phase, Plan
from .watching import watch


class TrialError(FailureError):
    """The trial did not end well. `watches` are its phases, the last one with the reason."""

    def __init__(self, message: str, watches: tuple[Watch, ...]) -> None:
        super().__init__(message)
        self.watches = watches


class WorseError(TrialError):
    """The new release is worse than the live one."""


class UnjudgedError(TrialError):
    """Nothing can be told of the new release, so it goes back."""

    code = ExitCode.UNJUDGED


class LostError(ConflictError):
    """Another command took the canary away, or put another one in its place."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Phases of a plan, and the figures that they are judged by."""

    plan: Plan
    figures: Figures
    pace: Pace = field(default_factory=Pace)

    def check(self) -> None:
        """Raise FiguresError where the figures cannot be read, before anything is changed."""
        self.figures.read(self.figures.now())

    def run(self, steps: Steps, engine: Engine, live: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Watch, ...]:
        """Return what was seen of `new` beside `live`. Raises TrialError, LostError or the engine's errors.

        An UnstartedError tells that nothing was changed, so only the first phase raises it.
        """
        seen: tuple[Watch, ...] = ()
        try:
            for phase in self.plan.phases:
                seen = (*seen, self._pass(steps, engine, phase, live, new, seen))
        except KeyboardInterrupt:
            steps.say(f"\na canary may still be there: slipway release rollback --stack {engine.stack} takes it away")
            raise
        return seen

    def _pass(
        self,
        steps: Steps,
        engine: Engine,
        phase: Phase,
        live: Mapping[str, Any],
        new: Mapping[str, Any],
        before: tuple[Watch, ...],
    ) -> Watch:
        """Return what was seen. What another command has put there is neither judged nor taken away."""
        try:
            self._begin(steps, engine, phase, live, new)
        except UnstartedError as unstarted:
            if before:
                raise TrialError(str(unstarted), before) from None
            raise
        try:
            found = self._watch(steps, phase, before)
        except FailureError:
            _keep_hold(engine, new)
            raise
        _keep_hold(engine, new)
        return found

    def _begin(
        self, steps: Steps, engine: Engine, phase: Phase, live: Mapping[str, Any], new: Mapping[str, Any]
    ) -> None:
        with steps.step("Canary") as step:

            def read(line: str) -> None:
                step.log(line)
                step.status(line)

            engine.beside(phase.configuration(new)).up(live, f"{phase} of {new['digest']}", read)
            copies = "copies of " if phase.shadow else ""
            step.result = f"{copies}{phase.share}% of the requests go to the new release"

    def _watch(self, steps: Steps, phase: Phase, before: tuple[Watch, ...]) -> Watch:
        with steps.step("Watch") as step:
            found = watch(phase, self.figures, self.plan.limits, self.pace, step.status)
            _log(step, found)
            told = f"as {phase}, {found.reason}" if found.reason else ""
            if found.verdict == "worse":
                raise WorseError(f"it is worse than the live release: {told}", (*before, found))
            if found.verdict == "unjudged":
                raise UnjudgedError(f"it was not judged: {told}", (*before, found))
            step.result = f"no worse than the live release: {found.new}"
        return found


def _log(step: Step, found: Watch) -> None:
    step.log(f"new:  {found.new}")
    step.log(f"live: {found.live}")


def _keep_hold(engine: Engine, new: Mapping[str, Any]) -> None:
    """Raise LostError unless the stack still runs this canary."""
    running = read_canary(engine.outputs())
    if running != new["digest"]:
        found = running or "none"
        raise LostError(f"another command changed the canary meanwhile: found {found}, expected {new['digest']}")


def read_canary(outputs: Mapping[str, Any]) -> str:
    """Return the digest of the canary that a stack's outputs name, empty where they name none."""
    canary = outputs.get("canary")
    release = canary.get("release") if isinstance(canary, Mapping) else None
    return str(release.get("digest") or "") if isinstance(release, Mapping) else ""
