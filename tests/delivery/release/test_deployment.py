"""What is live, and where a rollback leads, read from what was attempted."""

import pytest

from delivery.release.deployment import Deployment, before, live

from .samples import deployment, release

ONE, TWO, THREE = release(1), release(2), release(3)


def names(history: list[Deployment]) -> tuple[str | None, str | None]:
    known = {one.id: name for one, name in ((ONE, "one"), (TWO, "two"), (THREE, "three"))}
    now, then = live(history), before(history)
    return known[now.release] if now else None, known[then.release] if then else None


@pytest.mark.parametrize(
    ("history", "now", "then"),
    [
        ([], None, None),
        ([deployment(ONE, 1)], "one", None),
        ([deployment(ONE, 1), deployment(TWO, 2)], "two", "one"),
        # A release that failed was never live, whatever was put back after it.
        ([deployment(ONE, 1), deployment(TWO, 2, "failed")], "one", None),
        ([deployment(ONE, 1), deployment(TWO, 2, "restored")], "one", None),
        ([deployment(ONE, 1), deployment(TWO, 2, "restored"), deployment(THREE, 3)], "three", "one"),
        # An attempt without an end was broken off.
        ([deployment(ONE, 1), deployment(TWO, 2, None)], "one", None),
        # The same release again is no step to go back.
        ([deployment(ONE, 1), deployment(TWO, 2), deployment(TWO, 3)], "two", "one"),
        # Back goes along the same line, not to and fro.
        (
            [deployment(ONE, 1), deployment(TWO, 2), deployment(THREE, 3), deployment(TWO, 4, rollback=True)],
            "two",
            "one",
        ),
        (
            [
                deployment(ONE, 1),
                deployment(TWO, 2),
                deployment(THREE, 3),
                deployment(TWO, 4, rollback=True),
                deployment(ONE, 5, rollback=True),
            ],
            "one",
            None,
        ),
        (
            [deployment(ONE, 1), deployment(TWO, 2), deployment(ONE, 3, rollback=True), deployment(THREE, 4)],
            "three",
            "one",
        ),
        ([deployment(ONE, 1), deployment(TWO, 2), deployment(ONE, 3, "failed", rollback=True)], "two", "one"),
        # Deploying an older release anew is a step forward.
        ([deployment(ONE, 1), deployment(TWO, 2), deployment(ONE, 3)], "one", "two"),
    ],
)
def test_what_is_live_and_what_was_before(history: list[Deployment], now: str | None, then: str | None) -> None:
    assert names(history) == (now, then)
