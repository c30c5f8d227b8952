"""Addresses: what is cut from one space lies inside it, apart from the rest, and never moves."""

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from slipway import address_plan
from slipway.address_plan import AddressPlan

Cut = tuple[str, list[int]]


@st.composite
def cuts(draw: st.DrawFn) -> Cut:
    """A space, and lengths of networks that fit into it side by side."""
    length = draw(st.integers(0, 26))
    space = IPv4Network((draw(st.integers(0, 2**32 - 1)), length), strict=False)
    lengths = [min(32, length + step) for step in draw(st.lists(st.integers(1, 12), max_size=8))]
    assume(_fits(str(space), lengths))
    return str(space), lengths


def _cut(space: str, lengths: list[int]) -> dict[str, str]:
    return address_plan.subnets(space, {str(index): length for index, length in enumerate(lengths)})


def _fits(space: str, lengths: list[int]) -> bool:
    try:
        return bool(_cut(space, lengths)) or not lengths
    except ValueError:
        return False


def test_nodes_come_first_and_endpoints_after_them() -> None:
    assert address_plan.plan("10.20.0.0/16", nodes=22, endpoints=27) == AddressPlan(
        space="10.20.0.0/16",
        nodes="10.20.0.0/22",
        endpoints="10.20.4.0/27",
    )


def test_a_larger_network_after_a_smaller_one_is_aligned() -> None:
    assert address_plan.subnets("10.0.0.0/16", {"small": 27, "large": 22}) == {
        "small": "10.0.0.0/27",
        "large": "10.0.4.0/22",
    }


def test_a_gap_is_filled_before_the_end_is_used() -> None:
    found = address_plan.subnets("10.0.0.0/16", {"small": 27, "large": 22, "late": 24})

    assert found["late"] == "10.0.1.0/24"


def test_the_last_addresses_of_all_are_reached() -> None:
    found = address_plan.subnets("255.255.255.0/24", {"low": 25, "high": 25})

    assert found["high"] == "255.255.255.128/25"


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(ValueError, match=r"no room for a /25 of endpoints in 10\.0\.0\.0/24"):
        address_plan.plan("10.0.0.0/24", nodes=24, endpoints=25)


def test_a_network_larger_than_its_space_is_refused() -> None:
    with pytest.raises(ValueError, match="no room for a /16 of nodes"):
        address_plan.plan("10.0.0.0/24", nodes=16, endpoints=27)


@given(cuts())
def test_every_network_lies_inside_its_space_and_has_the_length_that_was_asked_for(cut: Cut) -> None:
    space, lengths = cut
    found = [IPv4Network(network) for network in _cut(space, lengths).values()]

    assert all(network.subnet_of(IPv4Network(space)) for network in found)
    assert [network.prefixlen for network in found] == lengths


@given(cuts())
def test_no_two_networks_share_an_address(cut: Cut) -> None:
    found = _cut(*cut)

    assert not any(IPv4Network(one).overlaps(IPv4Network(other)) for one, other in combinations(found.values(), 2))
    assert not list(address_plan.overlaps(found))


@given(cuts())
def test_a_network_that_is_added_moves_none_that_was_there(cut: Cut) -> None:
    space, lengths = cut

    before, after = _cut(space, lengths[:-1]), _cut(space, lengths)

    assert {name: after[name] for name in before} == before


@given(st.integers(8, 24), st.lists(st.integers(1, 6), min_size=1, max_size=20))
def test_networks_in_falling_size_fill_their_space_without_a_gap(length: int, steps: list[int]) -> None:
    space = IPv4Network((10 << 24, length))
    lengths = sorted(length + step for step in steps)
    room = sum(2 ** (32 - one) for one in lengths)
    assume(room <= space.num_addresses)

    found = [IPv4Network(network) for network in _cut(str(space), lengths).values()]

    assert int(found[-1].broadcast_address) + 1 - int(space.network_address) == room


def test_ranges_that_share_an_address_are_named_in_pairs() -> None:
    ranges = {"space": "10.0.0.0/8", "pods": "10.244.0.0/16", "services": "172.16.0.0/16", "more": "10.244.7.0/24"}

    assert list(address_plan.overlaps(ranges)) == [("space", "pods"), ("space", "more"), ("pods", "more")]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.0.0.10", True),
        ("10.0.0.1", True),
        ("10.0.0.0", False),
        ("10.0.255.255", False),
        ("10.1.0.10", False),
    ],
)
def test_a_host_is_inside_and_at_neither_end(address: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert address_plan.has_host("10.0.0.0/16", address) is expected


def test_the_clusters_dns_answers_on_the_tenth_address() -> None:
    assert address_plan.dns_address("10.41.0.0/16") == "10.41.0.10"


@pytest.mark.parametrize(("subnet", "expected"), [("10.0.0.0/24", 251), ("10.0.0.0/29", 3), ("10.0.0.0/30", 0)])
def test_azure_keeps_five_addresses_of_each_subnet(subnet: str, expected: int) -> None:
    assert address_plan.usable(subnet) == expected


@pytest.mark.parametrize(("pods", "expected"), [("10.40.0.0/16", 256), ("10.40.0.0/24", 1), ("10.40.0.0/25", 0)])
def test_each_node_takes_a_24_of_the_pods_network(pods: str, expected: int) -> None:
    assert address_plan.nodes_served(pods) == expected


def test_a_range_is_inside_another_or_not() -> None:
    assert address_plan.inside("10.1.0.0/16", "10.0.0.0/8")
    assert not address_plan.inside("10.0.0.0/8", "10.1.0.0/16")
