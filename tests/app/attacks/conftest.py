"""Trials of each attack. The first is shared by the tests of the harm and of the delay that it did."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.support.hostile.attacks.catalogue import BY_NAME
from tests.support.hostile.attacks.trial import Trial, run

_SECONDS = 3.0


@pytest.fixture(scope="session")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], Trial]:
    """A trial of the attack of that name, carried out when its number is first asked for."""

    def run_trial(name: str, number: int) -> Trial:
        return run(BY_NAME[name], tmp_path_factory.mktemp(f"{name}-{number}"), full=False, seconds=_SECONDS)

    return cache(run_trial)
