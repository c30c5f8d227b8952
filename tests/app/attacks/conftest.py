"""One trial for each attack, shared by the tests of what it harmed and of what it slowed."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.support.hostile.attacks.catalogue import BY_NAME
from tests.support.hostile.attacks.trial import Trial, run

_SECONDS = 2.5


@pytest.fixture(scope="session")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Trial]:
    """The trial of the attack of that name, carried out when it is first asked for."""
    return cache(lambda name: run(BY_NAME[name], tmp_path_factory.mktemp(name), full=False, seconds=_SECONDS))
