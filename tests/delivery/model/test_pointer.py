"""The pointer's transitions, against the plainest model of them: a list of versions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.scoring.manifest import parse
from delivery.failure import NotFoundError
from delivery.model.limits import MAX_POINTER_BYTES
from delivery.model.pointer import MAX_PREVIOUS, Life, Pointer, after_rollback, after_switch, before

START = datetime(2026, 1, 1, tzinfo=UTC)


def _life(version: int, since: datetime = START) -> Life:
    return Life(version=str(version), sha256=f"{version:064x}", since=since, by="publish")


class Switching(RuleBasedStateMachine):
    """Switch and roll back in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.pointer: Pointer | None = None
        self.lives: list[int] = []
        self.now = START

    @rule(version=st.integers(1, 999_999_999))
    def switch(self, version: int) -> None:
        self.now += timedelta(seconds=1)
        self.pointer = after_switch(self.pointer, "colours", _life(version, self.now))
        self.lives = [*self.lives, version][-MAX_PREVIOUS - 1 :]

    @precondition(lambda self: len(self.lives) > 1)
    @rule()
    def roll_back(self) -> None:
        assert self.pointer is not None
        self.now += timedelta(seconds=1)
        left = self.lives.pop()
        assert before(self.pointer).version == str(self.lives[-1])
        self.pointer = after_rollback(self.pointer, self.now)
        assert (self.pointer.live.by, self.pointer.live.replaced) == ("rollback", str(left))

    @precondition(lambda self: len(self.lives) == 1)
    @rule()
    def refuse_to_roll_back(self) -> None:
        assert self.pointer is not None
        with pytest.raises(NotFoundError, match="nothing was before it"):
            after_rollback(self.pointer, self.now)

    @invariant()
    def lives_are_kept_in_order(self) -> None:
        if self.pointer is None:
            return
        known = [self.pointer.live, *self.pointer.previous]
        assert [int(life.version) for life in known] == self.lives[::-1]
        assert all(life.sha256 == f"{int(life.version):064x}" for life in known)
        assert self.pointer.live.since == self.now

    @invariant()
    def bytes_read_back_as_the_same_pointer(self) -> None:
        if self.pointer is not None:
            assert parse(Pointer, self.pointer.to_json(), "latest.json") == self.pointer


Switching.TestCase.settings = settings(max_examples=30, stateful_step_count=30)
TestSwitching = Switching.TestCase


def test_the_way_back_is_bounded_and_fits_its_limit() -> None:
    pointer = None
    for version in range(999_999_000, 999_999_100):
        pointer = after_switch(pointer, "n" * 63, _life(version))

    assert pointer is not None
    assert len(pointer.previous) == MAX_PREVIOUS
    assert len(pointer.to_json()) < MAX_POINTER_BYTES / 2
