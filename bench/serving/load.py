"""The table and the targets of the paired rounds."""

from dataclasses import asdict
from statistics import median

from .report import Findings, Target, at_least, under
from .rounds import Rounds, Slice

OF_RAW = 0.88
_COLUMNS = ["server", "c", "slices", "of raw", "from-to", "/s", "raw /s", "p50 ms", "p99 ms", "CPU ms", "failed"]


def findings(rounds: Rounds, names: list[str], connections: list[int]) -> Findings:
    """Medians over the quiet slices; a server that had none is shown with `~` and decides no target as met."""
    part = Findings("load", "Closed loop, paired with the raw limit: medians over slices", _COLUMNS)
    found: dict[tuple[str, int], dict[str, float]] = {}
    for count in connections:
        for name in names:
            if slices := rounds.of(name, count):
                found[name, count] = facts = summary(slices)
                part.rows.append(_row(name, count, facts))
            else:
                noisy = [s for s in rounds.thrown if (s.server, s.connections) == (name, count)]
                part.rows.append(_row(f"~{name}", count, summary(noisy) | {"slices": 0}))
    if rounds.thrown:
        part.title += f" ({len(rounds.thrown)} noisy ones thrown away; ~ had no quiet one)"
    part.facts = {
        "medians": {f"{name} c={count}": facts for (name, count), facts in found.items()},
        "kept": [asdict(s) for s in rounds.kept],
        "thrown": [asdict(s) for s in rounds.thrown],
    }
    if "ours" in names:
        part.targets = _targets(found, connections)
    return part


def summary(slices: list[Slice]) -> dict[str, float]:
    """Medians over the slices of one server, and the spread of the ratio."""
    ratios = [s.ratio for s in slices]
    columns = [asdict(s) for s in slices]
    keys = ("per_second", "raw", "p50_ms", "p99_ms", "cpu_ms")
    return {
        "slices": len(slices),
        "ratio": median(ratios),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
        **{key: median(column[key] for column in columns) for key in keys},
        "failed": sum(s.failed for s in slices),
    }


def _targets(found: dict[tuple[str, int], dict[str, float]], connections: list[int]) -> list[Target]:
    targets = []
    if 4 in connections:
        ratio = found.get(("ours", 4), {"ratio": 0.0})["ratio"]
        targets.append(at_least("share of the raw limit with 4 connections", ratio, OF_RAW))
    for count in connections:
        for other in ("fastapi", "litserve"):
            if ("ours", count) in found and (other, count) in found:
                lead = found["ours", count]["ratio"] / found[other, count]["ratio"]
                targets.append(at_least(f"ahead of {other} with {count} connections", lead, 1.0))
    failed = sum(facts["failed"] for (name, _), facts in found.items() if name == "ours")
    return [*targets, under("failed requests under load", failed, 1)]


def _row(name: str, connections: int, facts: dict[str, float]) -> list[str]:
    return [
        name,
        str(connections),
        f"{facts['slices']:.0f}",
        f"{facts['ratio']:.3f}",
        f"{facts['ratio_min']:.2f}-{facts['ratio_max']:.2f}",
        f"{facts['per_second']:.0f}",
        f"{facts['raw']:.0f}",
        f"{facts['p50_ms']:.1f}",
        f"{facts['p99_ms']:.1f}",
        f"{facts['cpu_ms']:.1f}",
        f"{facts['failed']:.0f}",
    ]
