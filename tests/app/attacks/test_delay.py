"""Judges time: no attack keeps probes and honest clients waiting.

The bounds are for two cores that other work keeps busy; a stall of the event loop lasts as long as its attack.
"""

from collections.abc import Callable

import pytest

from tests.support.hostile.attacks.catalogue import BY_NAME
from tests.support.hostile.attacks.judgement import TESTS, delay
from tests.support.hostile.attacks.trial import Trial


@pytest.mark.parametrize("name", BY_NAME)
def test_honest_clients_do_not_wait_for_an_attack_to_end(name: str, tried: Callable[[str], Trial]) -> None:
    found = delay(tried(name), TESTS)

    assert not found, "\n".join(found)
