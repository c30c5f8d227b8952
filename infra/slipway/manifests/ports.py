"""Ports of the app's container, by name: only the Service and the kubelet see them."""

from slipway.contract import Contract

PUBLIC = "http"
"""The port that the Service leads to."""

MANAGEMENT = "management"
"""The port of probes and metrics, where it is another one. No Service leads to it."""


def named(contract: Contract) -> dict[str, int]:
    """The container's ports by their names."""
    if contract.has_management:
        return {PUBLIC: contract.ports.public, MANAGEMENT: contract.management_port}
    return {PUBLIC: contract.ports.public}
