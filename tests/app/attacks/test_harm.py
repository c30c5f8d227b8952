"""No attack breaks an answer, ends a process, or takes more memory than it may."""

from collections.abc import Callable

import pytest

from tests.support.hostile.attacks.catalogue import BY_NAME
from tests.support.hostile.attacks.judgement import harm
from tests.support.hostile.attacks.trial import Trial


@pytest.mark.parametrize("name", BY_NAME)
def test_an_attack_does_no_harm(name: str, tried: Callable[[str, int], Trial]) -> None:
    trial = tried(name, 0)

    assert trial.under.good.seconds, "the witness saw nothing of the attack"
    assert not harm(trial), "\n".join(harm(trial))
