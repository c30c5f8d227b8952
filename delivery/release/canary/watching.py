"""The watch over a phase: figures are read again and again, until a fault shows or the time is over."""

import time
from collections.abc import Callable

from delivery.release.deployment import Answered, Watch

from .figures import CLASS, CLUSTER, REQUESTS, TIMES, Figures
from .growth import Growth
from .judging import Limits, find_fault, find_gap
from .plan import Pace, Phase

_FAILED = "5"
_SHARE = 0.95


def watch(phase: Phase, figures: Figures, limits: Limits, pace: Pace, say: Callable[[str], None]) -> Watch:
    """Return what both releases answered during the phase, and the verdict. Raises FiguresError.

    The first look at the proxies after the change still counts answers from before it, so it is waited for.
    """
    begun = figures.now() + pace.scrape
    _sleep_until(figures, begun + pace.lag)
    growth = Growth(figures.read(begun))
    while True:
        at = min(figures.now() - pace.lag, begun + phase.seconds)
        growth.add(figures.read(at))
        live, new = answered(growth, figures, phase)
        fault, over = find_fault(live, new, limits), at >= begun + phase.seconds
        say(f"{new} of the new release, {live} of the live one")
        if fault or over:
            break
        time.sleep(pace.poll)
    gap = "" if fault else find_gap(live, new, limits)
    verdict = "worse" if fault else "unjudged" if gap else "good"
    return Watch(
        kind=phase.kind,
        share=phase.share,
        seconds=round(at - begun),
        live=live,
        new=new,
        verdict=verdict,
        reason=fault or gap,
    )


def answered(growth: Growth, figures: Figures, phase: Phase) -> tuple[Answered, Answered]:
    """Return what the live release and the new one answered. In a shadow's phase the live one answers everywhere."""
    names = figures.names
    live = (names.live, names.canary) if phase.shadow else (names.live,)
    return _side(growth, live), _side(growth, (names.shadow if phase.shadow else names.canary,))


def _side(growth: Growth, clusters: tuple[str, ...]) -> Answered:
    requests = sum(growth.total(metric=REQUESTS, **{CLUSTER: one}) for one in clusters)
    failed = sum(growth.total(metric=REQUESTS, **{CLUSTER: one, CLASS: _FAILED}) for one in clusters)
    # Both clusters of a live release lead to the same pods, so the larger one's times stand for both.
    return Answered(
        requests=round(requests),
        failed=round(failed),
        milliseconds=growth.within(_SHARE, metric=TIMES, **{CLUSTER: clusters[0]}),
    )


def _sleep_until(figures: Figures, moment: float) -> None:
    time.sleep(max(0.0, moment - figures.now()))
