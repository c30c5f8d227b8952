"""A real Pulumi engine on one stack of the simulated Azure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from delivery.release.engine import Engine

from .refusals import find_protected
from .simulation import Simulation

_DONE = re.compile(r" (created|updated|deleted|replaced)(?: \(|$)")
_COUNT = re.compile(r"^\s+[+~-]{0,2} ?(\d+) ([a-z]+)$")


@dataclass
class Tally:
    """The engine's own counts of what an `up` did."""

    done: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def read(self, line: str) -> int:
        """Read one line of the engine; return how many resources are done."""
        if found := _COUNT.match(line):
            self.counts[found[2]] = int(found[1])
        elif _DONE.search(line):
            self.done += 1
        return self.done

    def __str__(self) -> str:
        return ", ".join(f"{count} {word}" for word, count in self.counts.items()) or "nothing to do"


class SimulatedEngine(Engine):
    """`pulumi` with the plugins, the state and the encryption of a simulation."""

    def __init__(self, stack: str, simulation: Simulation, edit: Callable[[str], str] = str) -> None:
        """`edit` changes the stack file's text for this engine alone."""
        super().__init__(stack, simulation.root, simulation.pulumi)
        self._simulation = simulation
        self._edit = edit

    def apply(self, release: Mapping[str, Any] | None, read: Callable[[str], None]) -> None:
        """Run `pulumi up`; None keeps the release that runs. Raises CommandError with the service's own words."""
        self._run_up(release, "slipway up --simulated", read)

    def version(self) -> str:
        """Return the engine's version."""
        return self._pulumi.run("version").decode().strip().removeprefix("v")

    def refuses_destroy(self) -> bool:
        """Return True where the engine refuses to destroy the stack, because resources of it are protected."""
        with self._config(None) as file:  # without it the engine writes a salt into the project's own stack file
            ran = self._pulumi.attempt("destroy", "--preview-only", "--config-file", str(file), *self._common())
        return bool(ran.code and find_protected((ran.output + ran.errors).decode(errors="replace")))

    def protected(self) -> list[str]:
        """Return the names of the stack's protected resources of Azure."""
        found = (one for one in self.state().get("resources") or () if one.get("protect"))
        return [one["urn"].rpartition("::")[2] for one in found if one["type"].startswith("azure-native:")]

    def _text(self) -> str:
        super()._text()
        return self._edit(self._simulation.text(self.stack))

    @property
    def _locked(self) -> str:
        return "this `up` changed nothing; wait for the other one, or, where its process is gone, add --reset"
