"""The environments on the simulated Azure: the first one from nothing, a change of it, and a protected one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape

from delivery.console import Steps
from delivery.failure import FailureError
from delivery.paths import ROOT
from delivery.stack_file import parse_mapping, set_config
from delivery.up import update
from delivery.up.programs import Program
from delivery.up.simulated_engine import SimulatedEngine
from delivery.up.simulation import Simulation

_SECTION = "slipway:cluster"


@dataclass
class Environments:
    """The chain of the stack files on a simulated Azure of its own, which begins empty."""

    steps: Steps
    program: Program
    folder: Path
    root: Path = ROOT

    def rehearse(self, release: Mapping[str, Any]) -> str:
        """Bring the first environment up, change it, and hold a protected one against its end. Raises FailureError."""
        self.steps.say("    Azure is simulated here; Pulumi, the program and the stack files are real")
        self._simulation = Simulation(self.program, self.folder, self.root)
        self._simulation.reset()
        chain = self._simulation.project.chain
        protected = next((stack for stack in reversed(chain) if self._is_protected(stack)), None)
        needed = self._up_to(protected or chain[0])
        for number, stack in enumerate(needed):
            self._bring_up(stack, release)
            if number == 0:
                self._change(stack, release)
        result = f"{' and '.join(needed)} on a simulated Azure"
        if protected:
            self._hold(protected)
            return f"{result}; {protected} keeps what is protected"
        return f"{result}; no environment is protected"

    def _bring_up(self, stack: str, release: Mapping[str, Any]) -> None:
        self._simulation.prepare(stack)
        update.up(self.steps, SimulatedEngine(stack, self._simulation), release)

    def _change(self, stack: str, release: Mapping[str, Any]) -> None:
        """Preview one changed line of the stack file and apply it; the file itself stays as it is."""
        engine = SimulatedEngine(stack, self._simulation, edit=lambda text: _raised(text, stack)[0])
        _, change = _raised(engine.file.read_text(encoding="utf-8"), stack)
        self.steps.say(f"    one changed line in Pulumi.{escape(stack)}.yaml: {escape(change)}")
        judged = update.preview(self.steps, engine, self.folder / "preview" / stack, release)
        for point in judged.points or (judged.headline,):
            self.steps.say(f"    {escape(point)}")
        update.up(self.steps, engine, release)

    def _hold(self, stack: str) -> None:
        """Ask for the end of a protected environment. Raises FailureError unless the engine refuses it."""
        with self.steps.step("Protect") as step:
            engine = SimulatedEngine(stack, self._simulation)
            if not engine.refuses_destroy():
                raise FailureError(f"{stack}: pulumi destroy would delete all of it, though it is protected")
            step.result = f"pulumi destroy of {stack} is refused; protected are {', '.join(engine.protected())}"

    def _is_protected(self, stack: str) -> bool:
        found = parse_mapping(self._file(stack).read_text(encoding="utf-8"), f"Pulumi.{stack}.yaml").get("config") or {}
        return bool((found.get("slipway:environment") or {}).get("protect"))

    def _up_to(self, stack: str) -> list[str]:
        """Return the stacks that must be up before this one, and this one, in their order."""
        earlier = self._simulation.project.promotes_from(stack)
        return [*(self._up_to(earlier) if earlier else ()), stack]

    def _file(self, stack: str) -> Path:
        return self._simulation.root / f"Pulumi.{stack}.yaml"


def _raised(text: str, stack: str) -> tuple[str, str]:
    """Return the stack file's text with one more system node at most, and the change in words."""
    cluster = parse_mapping(text, f"Pulumi.{stack}.yaml")["config"][_SECTION]
    most = int(cluster["system"]["maxCount"])
    changed = {**cluster, "system": {**cluster["system"], "maxCount": most + 1}}
    return set_config(text, _SECTION, changed), f"cluster.system.maxCount {most} -> {most + 1}"
