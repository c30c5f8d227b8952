"""The report: bytes beside what was promised."""

import json
import time
from dataclasses import asdict, dataclass, field

from rich.console import Console
from rich.table import Table

MEGABYTE = 1_000_000
MAX_SIZE = 350 * MEGABYTE
"""Unpacked, without the model."""
MAX_CHANGE = MEGABYTE
MAX_QUESTIONS = 10_000
"""What asking for an unchanged image may cost."""


@dataclass(frozen=True)
class Row:
    """One push: bytes that went to the registry with everything that HTTP adds, and the blobs among them."""

    name: str
    wire: int
    blobs: int
    digest: str
    seconds: float


@dataclass(frozen=True)
class Target:
    """What was promised, and what was found."""

    name: str
    found: str
    bound: str
    met: bool


@dataclass
class Report:
    """Everything that was measured."""

    rows: list[Row] = field(default_factory=list)
    layers: dict[str, int] = field(default_factory=dict)
    contents: dict[str, int] = field(default_factory=dict)
    model_size: int = 0

    @property
    def size(self) -> int:
        """Bytes of the image without its model, unpacked."""
        return sum(size for name, size in self.layers.items() if name != "model")

    @property
    def targets(self) -> list[Target]:
        """Each promise."""
        first, unchanged, code, model = self.rows
        allowed = self.model_size + MAX_CHANGE
        return [
            Target("an unchanged tree pushes no blob", _mb(unchanged.blobs), _mb(0), unchanged.blobs == 0),
            Target(
                "and sends only questions", _mb(unchanged.wire), _mb(MAX_QUESTIONS), unchanged.wire <= MAX_QUESTIONS
            ),
            Target("and keeps the digest", unchanged.digest[:19], first.digest[:19], unchanged.digest == first.digest),
            Target("one line of code", _mb(code.wire), _mb(MAX_CHANGE), 0 < code.wire <= MAX_CHANGE),
            Target(
                "a new model, at most its own size and 1 MB", _mb(model.wire), _mb(allowed), 0 < model.wire <= allowed
            ),
            Target("the image without the model, unpacked", _mb(self.size), _mb(MAX_SIZE), self.size <= MAX_SIZE),
        ]

    @property
    def met(self) -> bool:
        """Whether every promise was kept."""
        return all(target.met for target in self.targets)

    def to_json(self) -> str:
        """All of it, for machines."""
        document = {
            "taken": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            **asdict(self),
            "size_without_model": self.size,
            "targets": [asdict(target) for target in self.targets],
        }
        return json.dumps(document, indent=2) + "\n"

    def show(self, console: Console) -> None:
        """Tables, then each promise with what was found."""
        pushes = Table(title="build, test and push", title_justify="left")
        for column in ("change", "to the registry", "of it blobs", "seconds"):
            pushes.add_column(column, justify="left" if column == "change" else "right")
        for row in self.rows:
            pushes.add_row(row.name, _mb(row.wire), _mb(row.blobs), f"{row.seconds:.0f}")
        console.print(pushes)
        parts = Table(title=f"the image without the model: {_mb(self.size)}, unpacked", title_justify="left")
        parts.add_column("part")
        parts.add_column("size", justify="right")
        for name, size in self.layers.items():
            parts.add_row(f"layer {name}", _mb(size))
        parts.add_section()
        for name, size in self.contents.items():
            parts.add_row(name, _mb(size))
        console.print(parts)
        for target in self.targets:
            verdict = "met" if target.met else "MISSED"
            text = f"{verdict}: {target.name}: {target.found} (target {target.bound})"
            console.print(text, style="green" if target.met else "bold red", highlight=False)


def _mb(size: int) -> str:
    return f"{size / MEGABYTE:,.3f} MB" if size < MEGABYTE else f"{size / MEGABYTE:,.1f} MB"
