"""The report: figures beside their targets, as tables for people and one JSON document for machines."""

import platform
import time
from dataclasses import asdict, dataclass, field

import onnxruntime
import PIL
from rich.console import Console
from rich.table import Table

from .machine import CORES
from .options import Options

QUIET = 0.05
"""Share of the machine that others may use before the start; beyond it the report says that it was not quiet."""


@dataclass(frozen=True)
class Target:
    """A figure that was promised, and what was found."""

    name: str
    found: float
    bound: float
    met: bool
    unit: str = ""

    def text(self) -> str:
        """One line for people."""
        verdict = "met" if self.met else "MISSED"
        return f"{verdict}: {self.name}: {self.found:.3g}{self.unit} (target {self.bound:.3g}{self.unit})"


def at_least(name: str, found: float, bound: float) -> Target:
    """A target met from `bound` up."""
    return Target(f"{name}, at least", found, bound, found >= bound)


def under(name: str, found: float, bound: float, unit: str = "", *, quiet: bool = True) -> Target:
    """A target met below `bound`; where the machine was not `quiet`, it says so."""
    label = f"{name}, under" if quiet else f"{name} (others used the machine), under"
    return Target(label, found, bound, found < bound, unit)


@dataclass
class Findings:
    """What one part of the bench found: a table, the facts behind it, and the targets it decides."""

    key: str
    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)


class Report:
    """Collects what was found."""

    def __init__(self, options: Options, photos: dict[str, bytes], foreign: float) -> None:
        self._noisy = foreign > QUIET
        self._parts: list[Findings] = []
        self._head: dict[str, object] = {
            "taken": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "machine": {"cores": CORES, "kernel": platform.release(), "foreign_before": round(foreign, 3)},
            "versions": {
                "python": platform.python_version(),
                "onnxruntime": onnxruntime.__version__,
                "Pillow": PIL.__version__,
            },
            "model": options.model.name,
            "photos": {name: len(data) for name, data in photos.items()},
            "options": {"rounds": options.rounds, "seconds": options.seconds, "foreign_limit": options.foreign_limit},
        }

    @property
    def targets(self) -> list[Target]:
        """Every target of the parts that were measured."""
        return [target for part in self._parts for target in part.targets]

    def add(self, part: Findings) -> None:
        """Take in one part."""
        self._parts.append(part)

    def document(self) -> dict[str, object]:
        """All of it, for JSON."""
        parts = {part.key: part.facts for part in self._parts}
        return self._head | parts | {"targets": [asdict(target) for target in self.targets], "noisy": self._noisy}

    def show(self, console: Console) -> None:
        """Print the tables, then each target with what was found."""
        for part in self._parts:
            table = Table(title=part.title, title_justify="left")
            for number, column in enumerate(part.columns):
                table.add_column(column, justify="right" if number else "left")
            for row in part.rows:
                table.add_row(*row)
            console.print(table)
        for target in self.targets:
            console.print(target.text(), style="green" if target.met else "bold red", highlight=False)
        if self._noisy:
            text = "Others were using the machine when this began: the ratios hold, latencies and starts may not."
            console.print(text, style="bold yellow")
