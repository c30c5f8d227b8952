"""Growth of the gateway's counters, and the judgement of what they show."""

from collections.abc import Iterator

import pytest

from delivery.failure import FailureError
from delivery.release.canary.figures import CLASS, REQUESTS, Figures, FiguresError, Names
from delivery.release.canary.growth import Growth, Labels
from delivery.release.canary.judging import Limits, find_fault, find_gap
from delivery.release.deployment import Answered

from .prometheus import CANARY, LIVE, SHADOW, Prometheus, Traffic, prometheus

LIMITS = Limits(least_requests=200, failures_percent=1.0, slowdown=1.5)


def labels(**given: str) -> Labels:
    return frozenset(given.items())


def histogram(**counts: float) -> dict[Labels, float]:
    """Counters by their bounds: `b10` is that of 10 ms."""
    return {labels(le=name[1:] if name != "more" else "+Inf"): value for name, value in counts.items()}


def answered(requests: int, failed: int = 0, milliseconds: float | None = 30) -> Answered:
    return Answered(requests=requests, failed=failed, milliseconds=milliseconds)


def test_a_counter_grows_from_its_first_value() -> None:
    growth = Growth({labels(pod="a"): 100})
    growth.add({labels(pod="a"): 130})
    growth.add({labels(pod="a"): 131})

    assert growth.total(pod="a") == 31


def test_the_first_failures_count_although_their_counter_is_new() -> None:
    growth = Growth({labels(pod="a", code="2"): 100})
    growth.add({labels(pod="a", code="2"): 110, labels(pod="a", code="5"): 7})

    assert growth.total(code="5") == 7
    assert growth.total(pod="a") == 17


def test_a_process_that_began_again_counts_from_zero() -> None:
    growth = Growth({labels(pod="a"): 100})
    growth.add({labels(pod="a"): 8})

    assert growth.total(pod="a") == 8


def test_a_counter_that_was_missing_for_once_is_not_counted_twice() -> None:
    growth = Growth({labels(pod="a"): 100})
    growth.add({})
    growth.add({labels(pod="a"): 105})

    assert growth.total(pod="a") == 5


@pytest.mark.parametrize(
    ("share", "milliseconds"), [(0.25, 5), (0.5, 10), (0.75, 66.25), (0.9, 100), (0.95, 100)], ids=str
)
def test_times_are_read_between_the_bounds_of_the_histogram(share: float, milliseconds: float) -> None:
    growth = Growth(histogram(b10=1000, b100=1000, more=1000))
    growth.add(histogram(b10=1050, b100=1090, more=1100))

    found = growth.within(share)

    assert found == pytest.approx(milliseconds)


def test_no_answer_has_no_time() -> None:
    growth = Growth(histogram(b10=5, more=5))
    growth.add(histogram(b10=5, more=5))

    assert growth.within(0.95) is None


@pytest.mark.parametrize(
    ("live", "new"),
    [
        (answered(9000), answered(1000)),
        (answered(9000, 90), answered(1000, 19)),
        (answered(9000, milliseconds=30), answered(1000, milliseconds=54)),
        (answered(9000, milliseconds=None), answered(1000, milliseconds=54)),
        (answered(900), answered(100, 19)),
    ],
    ids=["the same", "a percent more", "half as slow again, and 9 ms", "no times", "too few to tell"],
)
def test_no_worse_is_no_fault(live: Answered, new: Answered) -> None:
    assert find_fault(live, new, LIMITS) == ""


@pytest.mark.parametrize(
    ("live", "new", "fault"),
    [
        (
            answered(9000, 90),
            answered(1000, 21),
            "2.1% of its requests failed, 1.0% of the live release's; allowed are 1% more",
        ),
        (
            answered(900),
            answered(30, 20),
            "66.7% of its requests failed, 0.0% of the live release's; allowed are 1% more",
        ),
        (
            answered(9000),
            answered(1000, milliseconds=56),
            "19 of 20 of its requests took up to 56 ms, 30 ms of the live release's; allowed are 55 ms",
        ),
    ],
    ids=["it fails", "it fails at once", "it is slow"],
)
def test_a_fault_is_told_with_its_figures(live: Answered, new: Answered, fault: str) -> None:
    assert find_fault(live, new, LIMITS) == fault


def test_too_few_requests_tell_nothing() -> None:
    assert find_gap(answered(1791), answered(199), LIMITS) == (
        "it answered 199 requests, too few to judge it: needed are 200"
    )
    assert find_gap(answered(0, milliseconds=None), answered(200), LIMITS).startswith("the live release answered no")
    assert find_gap(answered(1800), answered(200), LIMITS) == ""


@pytest.fixture
def source() -> Iterator[Prometheus]:
    with prometheus(live=Traffic(rate=90, failing=9)) as made:
        yield made


def test_figures_are_those_of_the_asked_moment(source: Prometheus) -> None:
    figures = Figures(source.url, Names(LIVE, CANARY, SHADOW), "aks-prod")
    growth = Growth(figures.read(source.begun + 100))
    growth.add(figures.read(source.begun + 110))

    assert growth.total(metric=REQUESTS) == 900
    assert growth.total(metric=REQUESTS, **{CLASS: "5"}) == 90


def test_a_refusal_is_no_traffic_of_zero(source: Prometheus) -> None:
    with pytest.raises(FiguresError, match=r"the gateway's figures cannot be read: GET .*: 400"):
        Figures(source.url, Names("a", "b", "c"), "another").read(0)


def test_a_token_goes_out_over_https_alone() -> None:
    with pytest.raises(FailureError, match="https only"):
        Figures("http://metrics.example", Names("a", "b", "c")).read(0)
