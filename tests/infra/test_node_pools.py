"""Node pools' names in Azure: legal, telling what cannot be changed, and the same for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway import node_pools
from slipway.node_pools import Shape


@pytest.mark.parametrize(
    ("surge", "count", "expected"),
    [("33%", 3, 1), ("33%", 4, 2), ("1%", 1, 1), ("100%", 7, 7), ("2", 1, 1), ("2", 9, 2)],
)
def test_an_upgrade_adds_machines_as_aks_counts_them(surge: str, count: int, expected: int) -> None:
    assert node_pools.surge_nodes(surge, count) == expected


SHAPES = st.builds(
    Shape,
    vm_size=st.sampled_from(["Standard_D2as_v5", "Standard_D4ds_v5", "Standard_D8ds_v5"]),
    os_disk_type=st.sampled_from(["Managed", "Ephemeral"]),
    os_disk_gib=st.integers(30, 2048),
    zones=st.sampled_from([(), ("1",), ("1", "2", "3")]),
    max_pods=st.integers(30, 250),
    host_encryption=st.booleans(),
)


@given(st.from_regex(r"[a-z][a-z0-9]{0,7}", fullmatch=True), SHAPES)
def test_a_pools_name_in_azure_is_legal_and_begins_with_its_own(name: str, shape: Shape) -> None:
    physical = node_pools.physical_name(name, shape)

    assert physical.startswith(name)
    assert physical.isalnum()
    assert physical == physical.lower()
    assert len(physical) == len(name) + 4 <= 12


def test_a_pools_name_in_azure_never_changes_by_itself() -> None:
    """Another name would replace every pool of every environment."""
    shape = Shape(
        vm_size="Standard_D4ds_v5",
        os_disk_type="Ephemeral",
        os_disk_gib=128,
        zones=("1", "2", "3"),
        max_pods=110,
        host_encryption=True,
    )

    assert node_pools.physical_name("app", shape) == "appf9ad"
