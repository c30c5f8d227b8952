"""Machines as Azure publishes them: facts of single sizes hold the table's short form."""

import pytest

from slipway.machines import burstable, machine, machines


@pytest.mark.parametrize(
    ("size", "cores", "memory", "architecture", "room"),
    [
        ("Standard_D2s_v3", 2, 8, "amd64", 50),
        ("Standard_D2as_v5", 2, 8, "amd64", 0),
        ("Standard_D4ds_v5", 4, 16, "amd64", 150),
        ("Standard_D8ads_v5", 8, 32, "amd64", 300),
        ("Standard_D4s_v6", 4, 16, "amd64", 0),
        ("Standard_D16ds_v6", 16, 64, "amd64", 880),
        ("Standard_D2ps_v5", 2, 8, "arm64", 0),
        ("Standard_D4pds_v6", 4, 16, "arm64", 220),
        ("Standard_E4ds_v5", 4, 32, "amd64", 150),
        ("Standard_F4s_v2", 4, 8, "amd64", 64),
        ("Standard_B1s", 1, 1, "amd64", 4),
        ("Standard_B4ms", 4, 16, "amd64", 32),
        ("Standard_A1_v2", 1, 2, "amd64", 0),
        ("Standard_NC16as_T4_v3", 16, 110, "amd64", 352),
        ("Standard_NC48ads_A100_v4", 48, 440, "amd64", 128),
    ],
)
def test_a_size_is_what_azure_publishes(size: str, cores: int, memory: float, architecture: str, room: int) -> None:
    found = machine(size)

    assert found is not None
    assert (found.cores, found.memory_gib, found.architecture, found.room_gib) == (cores, memory, architecture, room)


def test_azure_keeps_no_system_disk_of_more_than_2040_gib_on_a_machine() -> None:
    assert max(found.room_gib for found in machines().values()) == 2040


@pytest.mark.parametrize(("cores", "reserved"), [(2, 100), (4, 140), (8, 180), (16, 260), (32, 420), (64, 740)])
def test_aks_reserves_processor_time_by_its_own_table(cores: int, reserved: int) -> None:
    found = machine(f"Standard_D{cores}s_v5")

    assert found is not None
    assert found.allocatable_millicores() == cores * 1000 - reserved


@pytest.mark.parametrize(("pods", "left"), [(30, 8192 - 650 - 100), (110, 8192 - 2048 - 100)])
def test_aks_reserves_memory_by_pods_and_no_more_than_a_quarter(pods: int, left: int) -> None:
    found = machine("Standard_D2as_v5")

    assert found is not None
    assert found.allocatable_mebibytes(pods) == left


def test_azure_reads_sizes_in_any_case_and_other_sizes_are_unknown() -> None:
    assert machine("standard_d2AS_v5") == machine("Standard_D2as_v5")
    assert machine("Standard_D2as_v9") is None


def test_the_b_family_lends_its_cores() -> None:
    assert burstable("Standard_B2ms")
    assert not burstable("Standard_D2as_v5")
