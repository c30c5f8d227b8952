"""Every rendered object of each environment, once for all validators."""

from collections.abc import Callable
from functools import cache

import pytest

from delivery.preview import kubernetes_files
from delivery.preview.releases import STAND_IN
from delivery.preview.render import render
from tests.infra.support.environments import Manifest
from tests.support.sample import SAMPLE

Rendered = Callable[[str], list[Manifest]]


@pytest.fixture(scope="session")
def rendered() -> Rendered:
    """The objects of a stack, as the whole program declares them."""

    @cache
    def objects(stack: str) -> list[Manifest]:
        return [dict(manifest) for manifest in kubernetes_files.manifests(render(SAMPLE, stack, STAND_IN))]

    return objects


@pytest.fixture(params=["dev", "prod"])
def environment(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name
