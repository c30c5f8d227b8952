"""Run a program, or a component alone, on the recording stand-in for the engine."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import pytest

from delivery.preview import recording
from delivery.preview.computed import Computed, Nothing
from delivery.preview.record import Recorded
from slipway.naming import Naming
from slipway.placement import Placement

Stacks = Mapping[str, Mapping[str, Any]]
"""Outputs of other stacks, by their full names."""


class Declared(Protocol):
    """What `declared` is called with: a function that declares resources, and, for a first preview, `first=True`."""

    def __call__(
        self,
        program: Callable[[], object],
        *,
        first: bool = False,
        stacks: Stacks | None = None,
    ) -> Recorded: ...


@pytest.fixture(scope="session")
def declared() -> Declared:
    """Declare resources and get them as plain data. With `first`, everything that Azure computes is unknown."""

    def declare(program: Callable[[], object], *, first: bool = False, stacks: Stacks | None = None) -> Recorded:
        def run() -> None:
            program()

        return recording.record(run, stack="dev", computed=Nothing() if first else Computed(), stacks=stacks)

    return declare


@pytest.fixture(scope="session")
def naming() -> Naming:
    return Naming(
        workload="scoring",
        environment="dev",
        location="westeurope",
        suffix="x7k2",
        owner="ml-platform",
        cost_centre="1234",
    )


@pytest.fixture(scope="session")
def placement(naming: Naming) -> Placement:
    return Placement(
        naming=naming,
        location="westeurope",
        resource_group_name="rg-scoring-dev-weu",
        resource_group_id="/subscriptions/s/resourceGroups/rg-scoring-dev-weu",
        subscription_id="11111111-1111-1111-1111-111111111111",
        tenant_id="22222222-2222-2222-2222-222222222222",
    )
