"""Azure's built-in roles that Slipway grants, and the one way to grant them.

Source of the ids: learn.microsoft.com, "Azure built-in roles".
"""

from enum import StrEnum

import pulumi
from pulumi_azure_native import authorization


class Role(StrEnum):
    """Role definition ids; they are the same in every tenant."""

    ACR_IMPORT = "577a9874-89fd-4f24-9dbd-b5034d0ad23a"
    ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
    ACR_PUSH = "8311e382-0749-4cb8-b61a-304f252e45ec"
    AKS_CLUSTER_ADMIN = "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
    AKS_CLUSTER_USER = "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"
    AKS_RBAC_READER = "7f6c6a51-bcf8-42ba-9220-52d62157d7db"
    AKS_RBAC_WRITER = "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb"
    BLOB_DATA_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
    BLOB_DATA_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
    COST_READER = "72fafb9e-0641-4937-9268-a91bfd8191a3"
    CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
    KEY_VAULT_CRYPTO_USER = "12338af0-0e69-4776-bea7-57ae8d297424"
    MANAGED_IDENTITY_OPERATOR = "f1a07417-d97a-45cb-824c-7a7467783830"
    MONITORING_DATA_READER = "b0d8363b-8ddd-447d-831f-62ca05bff136"
    MONITORING_METRICS_PUBLISHER = "3913510d-42f4-4e42-8a64-420c390055eb"
    MONITORING_READER = "43d0d8ad-25c7-4714-9337-8ba259a9fe05"
    NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
    READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    ROLE_ADMINISTRATOR = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
    GRAFANA_ADMIN = "22926164-76b3-42b3-bc55-97df8dab3e41"
    GRAFANA_VIEWER = "60921a7e-fef1-4a43-9b16-a26c52ad4769"


def grant(  # noqa: PLR0913 - one argument for each part of the sentence
    name: str,
    role: Role,
    *,
    to: pulumi.Input[str],
    on: pulumi.Input[str],
    subscription_id: str,
    principal_type: authorization.PrincipalType = authorization.PrincipalType.SERVICE_PRINCIPAL,
    condition: str | None = None,
    opts: pulumi.ResourceOptions,
) -> authorization.RoleAssignment:
    """Give `role` to the principal `to` (an object id) on the scope `on` (a resource id), where `condition` holds.

    The principal type is always said: without it Azure looks a new identity up in Entra before it is there. The name
    is left to the provider, which gives a GUID once and keeps it. One tuple cannot exist twice, so a replacement
    deletes first.
    """
    return authorization.RoleAssignment(
        name,
        scope=on,
        role_definition_id=(
            f"/subscriptions/{subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{role}"
        ),
        principal_id=to,
        principal_type=principal_type,
        condition=condition,
        condition_version="2.0" if condition else None,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(delete_before_replace=True)),
    )
