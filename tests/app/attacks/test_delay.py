"""Judges time: no attack keeps probes and honest clients waiting.

The bounds are for two cores that other work keeps busy; a stall of the event loop lasts as long as its attack. It is
there in each trial, while a machine that is short of processor time delays one of them.
"""

from collections.abc import Callable

import pytest

from tests.support.hostile.attacks.catalogue import BY_NAME
from tests.support.hostile.attacks.judgement import TESTS, delay
from tests.support.hostile.attacks.trial import Trial

_TRIALS = 3


@pytest.mark.parametrize("name", BY_NAME)
def test_honest_clients_do_not_wait_for_an_attack_to_end(name: str, tried: Callable[[str, int], Trial]) -> None:
    found: list[str] = []
    for number in range(_TRIALS):
        found = delay(tried(name, number), TESTS)
        if not found:
            return

    pytest.fail("\n".join([f"in each of {_TRIALS} trials, in the last one:", *found]))
