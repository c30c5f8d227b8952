"""One object as plain data."""

from collections.abc import Callable
from typing import Any, Protocol

import pytest

from delivery.paths import ROOT
from delivery.preview.record import shown
from tests.infra.conftest import Declared


class Plain(Protocol):
    """Called with a resource class and its arguments."""

    def __call__(self, resource: Callable[[str, Any], object], args: object) -> Any: ...


@pytest.fixture(scope="session")
def plain(declared: Declared) -> Plain:
    """The object that a resource class makes of arguments, as the cluster would get it."""

    def inputs(resource: Callable[[str, Any], object], args: object) -> Any:
        [found] = declared(lambda: resource("object", args)).resources
        return shown(found.inputs)

    return inputs


@pytest.fixture(scope="session")
def dockerfile() -> str:
    return (ROOT / "app" / "Dockerfile").read_text(encoding="utf-8")
