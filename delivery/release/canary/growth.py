"""Growth of counters over a stretch of time, by samples of them. Pure data."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

Labels = frozenset[tuple[str, str]]
Sample = Mapping[Labels, float]
"""Values of counters at one moment, by their labels."""


class Growth:
    """The growth since the first sample.

    A counter that was not there before has grown by its value, and so has one that is lower than before: its process
    began again. Prometheus' own `increase` leaves the first value of a new counter out, such as that of the first
    failures.
    """

    def __init__(self, first: Sample) -> None:
        self._last = dict(first)
        self._grown: defaultdict[Labels, float] = defaultdict(float)

    def add(self, sample: Sample) -> None:
        """Take a later sample in. A counter that is missing keeps its last value: its process may only be silent."""
        for labels, value in sample.items():
            before = self._last.get(labels, 0.0)
            self._grown[labels] += value - before if value >= before else value
        self._last.update(sample)

    def total(self, **labels: str) -> float:
        """Return the growth of all counters that have these labels."""
        return sum(self._grown[one] for one in self._matching(labels))

    def within(self, share: float, **labels: str) -> float | None:
        """Return the bound below which this share of the observations is, None without one.

        The counters are those of a histogram; between its bounds the observations count as spread evenly.
        """
        steps: defaultdict[float, float] = defaultdict(float)
        for one in self._matching(labels):
            steps[float(dict(one)["le"])] += self._grown[one]
        bounds = [(0.0, 0.0), *sorted(steps.items())]
        wanted = share * bounds[-1][1]
        if wanted <= 0:
            return None
        for (low, under), (high, upto) in pairwise(bounds):
            if upto >= wanted:
                return low if high == float("inf") else low + (high - low) * (wanted - under) / (upto - under)
        return None

    def _matching(self, labels: Mapping[str, str]) -> Iterator[Labels]:
        wanted = set(labels.items())
        return (one for one in self._grown if wanted <= one)
