"""Each role id is the one that Azure publishes under that name; a wrong one grants something else, or nothing."""

import pytest

from delivery.preview.kinds import ROLES
from slipway.roles import Role

PUBLISHED = {
    "ACR_IMPORT": ("Container Registry Data Importer and Data Reader", "577a9874-89fd-4f24-9dbd-b5034d0ad23a"),
    "ACR_PULL": ("AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d"),
    "ACR_PUSH": ("AcrPush", "8311e382-0749-4cb8-b61a-304f252e45ec"),
    "AKS_CLUSTER_ADMIN": (
        "Azure Kubernetes Service RBAC Cluster Admin",
        "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b",
    ),
    "AKS_CLUSTER_USER": (
        "Azure Kubernetes Service Cluster User Role",
        "4abbcc35-e782-43d8-92c5-2d3f1bd2253f",
    ),
    "AKS_RBAC_READER": ("Azure Kubernetes Service RBAC Reader", "7f6c6a51-bcf8-42ba-9220-52d62157d7db"),
    "AKS_RBAC_WRITER": ("Azure Kubernetes Service RBAC Writer", "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb"),
    "BLOB_DATA_CONTRIBUTOR": ("Storage Blob Data Contributor", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"),
    "BLOB_DATA_READER": ("Storage Blob Data Reader", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
    "CONTRIBUTOR": ("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"),
    "COST_READER": ("Cost Management Reader", "72fafb9e-0641-4937-9268-a91bfd8191a3"),
    "GRAFANA_ADMIN": ("Grafana Admin", "22926164-76b3-42b3-bc55-97df8dab3e41"),
    "GRAFANA_VIEWER": ("Grafana Viewer", "60921a7e-fef1-4a43-9b16-a26c52ad4769"),
    "KEY_VAULT_CRYPTO_USER": ("Key Vault Crypto User", "12338af0-0e69-4776-bea7-57ae8d297424"),
    "MANAGED_IDENTITY_OPERATOR": ("Managed Identity Operator", "f1a07417-d97a-45cb-824c-7a7467783830"),
    "MONITORING_DATA_READER": ("Monitoring Data Reader", "b0d8363b-8ddd-447d-831f-62ca05bff136"),
    "MONITORING_METRICS_PUBLISHER": ("Monitoring Metrics Publisher", "3913510d-42f4-4e42-8a64-420c390055eb"),
    "MONITORING_READER": ("Monitoring Reader", "43d0d8ad-25c7-4714-9337-8ba259a9fe05"),
    "NETWORK_CONTRIBUTOR": ("Network Contributor", "4d97b98b-1d4f-4787-a291-c67834d212e7"),
    "READER": ("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7"),
    "ROLE_ADMINISTRATOR": ("Role Based Access Control Administrator", "f58310d9-a9f6-439a-9e8d-f62e7b41a168"),
}
"""A copy by hand: learn.microsoft.com, "Azure built-in roles", of 10 September 2026.

Monitoring Data Reader is published in "Manage an Azure Monitor workspace"."""


@pytest.mark.parametrize("role", Role, ids=lambda role: role.name)
def test_a_role_has_the_id_that_azure_publishes_under_its_name(role: Role) -> None:
    assert role.value == PUBLISHED[role.name][1]


@pytest.mark.parametrize("role", Role, ids=lambda role: role.name)
def test_a_preview_calls_the_role_by_azures_name_for_it(role: Role) -> None:
    """The importer's name has grown in Azure; its beginning is the same."""
    assert PUBLISHED[role.name][0].startswith(ROLES[role.value])
