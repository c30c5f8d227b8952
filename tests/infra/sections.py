"""Sections of a stack file that are valid, for tests to change what they speak of."""

from collections.abc import Mapping
from typing import Any

from slipway.config.address import Address
from slipway.config.cluster import Cluster
from slipway.config.network import Network
from tests.infra.config.sections import section

NETWORK: Mapping[str, Any] = {
    "addressSpace": "10.20.0.0/16",
    "nodePrefixLength": 22,
    "endpointPrefixLength": 27,
    "podCidr": "10.244.0.0/16",
    "serviceCidr": "10.245.0.0/16",
}

POOL: Mapping[str, Any] = {"vmSize": "Standard_D2as_v5", "minCount": 1, "maxCount": 3}

CLUSTER: Mapping[str, Any] = {
    "kubernetesVersion": "1.33",
    "tier": "Free",
    "system": {"vmSize": "Standard_D2as_v5", "minCount": 1, "maxCount": 2},
    "pools": {"app": POOL},
    "api": {"access": "public"},
    "upgrades": {"channel": "patch", "nodeImages": "NodeImage"},
    "security": {"azurePolicy": False, "defender": False, "hostEncryption": False},
    "access": {"admins": ["3f1c2b5e-6d0a-4f6e-9a53-1c7f0e8d2b41"]},
    "logs": ["guard"],
}

ADDRESS: Mapping[str, Any] = {"zoneRedundant": True}


def network(**changes: object) -> Network:
    return section(Network, merged(NETWORK, changes))


def cluster(**changes: object) -> Cluster:
    return section(Cluster, merged(CLUSTER, changes))


def address(**changes: object) -> Address:
    return section(Address, merged(ADDRESS, changes))


def merged(valid: Mapping[str, Any], changes: Mapping[str, object]) -> dict[str, Any]:
    """`valid` with `changes`: a mapping inside them is merged, everything else replaces."""
    found = dict(valid)
    for key, value in changes.items():
        match found.get(key), value:
            case Mapping() as inner, Mapping() as outer:
                found[key] = merged(inner, outer)
            case _:
                found[key] = value
    return found
