"""Every list of address ranges says each address once, before anything is made."""

import pytest

from slipway.config import range_rules
from tests.infra import sections
from tests.infra.support.workloads import workload

EVERYBODY = "0.0.0.0/0"


@pytest.mark.parametrize(
    ("ranges", "found", "other"),
    [
        (["203.0.113.0/24", "203.0.113.128/25"], "203.0.113.128/25", "203.0.113.0/24"),
        (["203.0.113.128/25", "203.0.113.0/24"], "203.0.113.0/24", "203.0.113.128/25"),
        (["203.0.113.0/24", "203.0.113.0/24"], "203.0.113.0/24", "203.0.113.0/24"),
        (["203.0.113.0/24", EVERYBODY], EVERYBODY, "203.0.113.0/24"),
    ],
)
def test_ranges_that_share_an_address_are_refused_with_their_place(ranges: list[str], found: str, other: str) -> None:
    allowed = f"a range apart from {other}, which the list has already"
    config = workload({"service.allowedSources": ranges})
    network = sections.network(endpointCallers=ranges)
    cluster = sections.cluster(api={"access": "authorised", "authorisedRanges": ranges})

    assert list(range_rules.callers_are_named_once(config)) == [("workload.service.allowedSources[1]", found, allowed)]
    assert list(range_rules.endpoint_callers_are_named_once(network)) == [
        ("network.endpointCallers[1]", found, allowed)
    ]
    assert list(range_rules.authorised_ranges_are_named_once(cluster)) == [
        ("cluster.api.authorisedRanges[1]", found, allowed)
    ]


def test_ranges_side_by_side_are_taken() -> None:
    config = workload({"service.allowedSources": ["203.0.113.0/25", "203.0.113.128/25"]})
    assert list(range_rules.callers_are_named_once(config)) == []
