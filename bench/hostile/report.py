"""What a siege came to: statuses by kind, and each check with what was found."""

import json
from collections import Counter
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from tests.support.hostile.siege import Result

GROWTH_MIB = 16.0
"""Memory at rest may grow by this much over the second half of a siege: the noise of allocators, not of requests."""
_SHOWN = 20


@dataclass(frozen=True)
class Check:
    """Something that must hold, and what was found."""

    name: str
    holds: bool
    found: str


class Report:
    """The checks over one siege."""

    def __init__(self, result: Result, log: list[str], exit_status: int, planned: int) -> None:
        outcome = result.outcome
        surprises = [line for line in log if not _expected(line)]
        fives = sum(counter[status] for counter in outcome.statuses.values() for status in counter if status >= 500)
        self._result = result
        self._surprises = surprises
        self._checks = [
            Check("every request was sent", outcome.done == planned, f"{outcome.done} of {planned}"),
            Check("every answer as the table declares", not outcome.failures, f"{len(outcome.failures)} were not"),
            Check(
                "no 5xx but 503 with Retry-After", fives <= outcome.refused, f"{fives} 5xx, {outcome.refused} such 503"
            ),
            Check(
                "a good client every 50 ms answered rightly",
                not outcome.good_failures,
                f"{len(outcome.good_failures)} of {outcome.good_asked} were not; slowest {outcome.good_slowest:.2f} s",
            ),
            Check(
                "process ids unchanged",
                result.processes_before == result.processes_after,
                f"{result.processes_before} before, {result.processes_after} after",
            ),
            Check(
                "memory at rest as it was at rest halfway",
                result.kept < GROWTH_MIB,
                f"{result.kept:+.1f} MiB; before, halfway and after {', '.join(f'{mib:.0f}' for mib in result.rests)}; "
                f"under attack median {result.typical:.0f}, peak {result.peak:.0f}",
            ),
            Check("no error in the log", not surprises, f"{len(surprises)} lines"),
            Check("exit status 0 at SIGTERM", exit_status == 0, str(exit_status)),
        ]

    @property
    def holds(self) -> bool:
        """Whether every check does."""
        return all(check.holds for check in self._checks)

    def show(self, console: Console) -> None:
        """Print statuses, failures and checks."""
        outcome = self._result.outcome
        table = Table("kind", "requests", "answers", title="Hostile requests", title_justify="left")
        for name, counter in sorted(outcome.statuses.items()):
            table.add_row(name, str(counter.total()), _shown(counter))
        console.print(table)
        for failure in outcome.failures[:_SHOWN]:
            console.print(str(failure), style="red", markup=False, highlight=False)
        for text in (outcome.good_failures + self._surprises)[:_SHOWN]:
            console.print(text[:500], style="red", markup=False, highlight=False)
        console.print(f"{outcome.done} requests in {self._result.seconds:.0f} s", highlight=False)
        for check in self._checks:
            text = f"{'holds' if check.holds else 'FAILS'}: {check.name}: {check.found}"
            console.print(text, style="green" if check.holds else "bold red", markup=False, highlight=False)

    def document(self) -> dict[str, object]:
        """The same as JSON."""
        outcome = self._result.outcome
        return {
            "seconds": self._result.seconds,
            "checks": [asdict(check) for check in self._checks],
            "statuses": {name: dict(counter) for name, counter in outcome.statuses.items()},
            "failures": [str(failure) for failure in outcome.failures],
            "memory": self._result.memory,
            "rests": self._result.rests,
        }


def _expected(line: str) -> bool:
    try:
        return json.loads(line)["level"] not in ("error", "critical")
    except (ValueError, KeyError, TypeError):
        return False


def _shown(counter: Counter[int]) -> str:
    return ", ".join(f"{count} x {status or 'closed'}" for status, count in counter.most_common())
