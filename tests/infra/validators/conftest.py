"""Every rendered object of each environment, once for all validators."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.infra.support.environments import Manifest, objects

Rendered = Callable[[str], list[Manifest]]


@pytest.fixture(scope="session")
def rendered() -> Rendered:
    """The objects of a stack."""
    return cache(objects)


@pytest.fixture(params=["dev", "prod"])
def environment(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name
