"""Lists of address ranges say each address once.

Azure refuses a rule whose ranges overlap or repeat, after most of the environment is made; a range beside 0.0.0.0/0
would look like a limit and be none. Source: Azure's error OverlappingSubnetsNotPermittedInSecurityRule.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network

from .cluster import Cluster
from .network import Network
from .workload import Workload

_Problem = tuple[str, str, str]


def callers_are_named_once(workload: Workload) -> Iterator[_Problem]:
    """They become one rule of the nodes' subnet, and the Service's own list."""
    yield from _apart("workload.service.allowedSources", workload.service.allowed_sources)


def endpoint_callers_are_named_once(network: Network) -> Iterator[_Problem]:
    """They become one rule of the endpoints' subnet."""
    yield from _apart("network.endpointCallers", network.endpoint_callers)


def authorised_ranges_are_named_once(cluster: Cluster) -> Iterator[_Problem]:
    """They are the API server's list."""
    yield from _apart("cluster.api.authorisedRanges", cluster.api.authorised_ranges)


def _apart(path: str, ranges: Sequence[str]) -> Iterator[_Problem]:
    """The later range of a pair is the one that is named."""
    for index, found in enumerate(ranges):
        network = IPv4Network(found)
        for other in ranges[:index]:
            if IPv4Network(other).overlaps(network):
                yield f"{path}[{index}]", found, f"a range apart from {other}, which the list has already"
                break


RULES = (callers_are_named_once, endpoint_callers_are_named_once, authorised_ranges_are_named_once)
"""Every rule above."""
