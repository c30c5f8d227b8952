"""Every attack at full size, each on a service of its own, as a table."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.support.hostile.attacks.attack import Attack
from tests.support.hostile.attacks.judgement import BENCH, delay, harm
from tests.support.hostile.attacks.trial import Trial, run

_SHOWN = 8
_COLUMNS = (
    "attack",
    "answers to it",
    "good p50 quiet, under (ratio)",
    "slowest s",
    "probe p95, slowest ms",
    "workers lost",
    "peak MiB (grown)",
    "verdict",
)


@dataclass(frozen=True)
class Row:
    """One attack, and what was wrong."""

    trial: Trial
    wrong: list[str]

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        trial, good, probes = self.trial, self.trial.under.good, self.trial.under.probes
        quiet, under = 1000 * trial.quiet.good.median, 1000 * good.median
        return (
            trial.attack.name,
            ", ".join(f"{count} x {status}" for status, count in trial.answers.most_common(4)),
            f"{quiet:.1f}, {under:.1f} ms ({trial.ratio:.1f})",
            f"{good.slowest:.2f}",
            f"{1000 * probes.p95:.0f}, {1000 * probes.slowest:.0f}",
            f"{trial.lost:g}",
            f"{trial.peak_mib:.0f} ({trial.grown_mib:+.0f})",
            "FAILS" if self.wrong else "holds",
        )

    def document(self) -> dict[str, object]:
        """The row as JSON."""
        trial = self.trial
        return {
            "attack": trial.attack.name,
            "seconds": trial.seconds,
            "answers": dict(trial.answers),
            "good_p50_quiet": trial.quiet.good.median,
            "good_p50": trial.under.good.median,
            "good_slowest": trial.under.good.slowest,
            "good_asked": len(trial.under.good.seconds),
            "probe_p95": trial.under.probes.p95,
            "probe_slowest": trial.under.probes.slowest,
            "workers_lost": trial.lost,
            "memory_peak_mib": trial.peak_mib,
            "memory_grown_mib": trial.grown_mib,
            "wrong": self.wrong,
        }


def carry_out(attacks: Sequence[Attack], console: Console, *, full: bool, seconds: float, seed: str) -> list[Row]:
    """Run the attacks one after the other and print what each came to."""
    rows = []
    for attack in attacks:
        with tempfile.TemporaryDirectory(prefix="slipway-attack-") as folder:
            trial = run(attack, Path(folder), full=full, seconds=seconds, seed=seed)
        rows.append(Row(trial, harm(trial) + delay(trial, BENCH)))
        console.print(f"{attack.name}: {rows[-1].cells()[-1]} after {trial.seconds:.0f} s", style="dim")
    return rows


def show(rows: Sequence[Row], console: Console) -> None:
    """Print the table, and below it each fault."""
    table = Table(*_COLUMNS, title="Attacks", title_justify="left")
    for row in rows:
        table.add_row(*row.cells(), style="bold red" if row.wrong else "")
    console.print(table)
    for row in rows:
        for text in row.wrong[:_SHOWN]:
            console.print(f"{row.trial.attack.name}: {text[:400]}", style="red", markup=False, highlight=False)
