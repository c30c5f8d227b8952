"""The verdict on a trial: what did harm, and what slowed honest clients."""

from dataclasses import dataclass

from .trial import Trial


@dataclass(frozen=True)
class Bounds:
    """The times in seconds that honest clients may take under attack."""

    good_times: float
    """The median of a good client, as a multiple of its quiet median."""
    good_floor: float
    """A median below this is always right: quiet ones are shorter than a turn of the scheduler."""
    good_slowest: float
    probe_p95: float


BENCH = Bounds(good_times=3, good_floor=0.05, good_slowest=5, probe_p95=0.1)
TESTS = Bounds(good_times=10, good_floor=0.5, good_slowest=15, probe_p95=2)
"""For two cores that other work keeps busy. The stalls that they are to find last for the whole attack."""


def harm(trial: Trial) -> list[str]:
    """Everything wrong that does not depend on the machine's speed."""
    found = list(trial.faults)
    found += [f"a good client, {text}" for text in trial.under.good.faults[:3]]
    found += [f"a probe, {text}" for text in trial.under.probes.faults[:3]]
    if refused := trial.under.good.refused:
        found.append(f"a good client was refused (503) {refused} times")
    if trial.lost:
        found.append(f"{trial.lost:g} workers lost")
    if trial.replaced:
        found.append(f"{trial.replaced} processes replaced")
    if trial.grown_mib > trial.attack.grows_mib:
        found.append(f"memory grew by {trial.grown_mib:.0f} MiB, allowed are {trial.attack.grows_mib:g}")
    return found


def delay(trial: Trial, bounds: Bounds) -> list[str]:
    """Everything that took too long."""
    good, probes = trial.under.good, trial.under.probes
    median = max(bounds.good_floor, bounds.good_times * trial.quiet.good.median, trial.attack.queues_seconds)
    found = []
    if good.median > median:
        found.append(f"half of the good requests took over {good.median:.3f} s, allowed are {median:.3f}")
    if good.slowest > bounds.good_slowest:
        found.append(f"the slowest good request took {good.slowest:.2f} s, allowed are {bounds.good_slowest:g}")
    if probes.p95 > bounds.probe_p95:
        found.append(f"probes took {probes.p95:.3f} s (p95), allowed are {bounds.probe_p95:g}")
    return found
