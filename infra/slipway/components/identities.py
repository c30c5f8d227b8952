"""The cluster's two identities. They are made before it, and outlive it with everything they were granted."""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import managedidentity

from slipway.placement import Placement
from slipway.roles import Role, grant


@dataclass(frozen=True, kw_only=True)
class IdentitiesArgs:
    """Place of the identities."""

    placement: Placement


class Identities(pulumi.ComponentResource):
    """The cluster identity runs the cluster, the kubelet identity is what its machines are.

    Neither comes from the cluster: its outputs turn unknown in the preview of any update, and every role granted to
    them would be previewed as replaced. `grants` must be there before the cluster is.
    """

    cluster_id: pulumi.Output[str]
    cluster_principal_id: pulumi.Output[str]
    kubelet_id: pulumi.Output[str]
    kubelet_client_id: pulumi.Output[str]
    kubelet_principal_id: pulumi.Output[str]
    grants: list[pulumi.Resource]

    def __init__(self, name: str, args: IdentitiesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Identities", name, None, opts)
        self._placement = args.placement
        cluster, kubelet = self._identity(name, "cluster"), self._identity(name, "kubelet")
        # The cluster gives its machines the kubelet identity; AKS asks for this role on exactly that one.
        assigns = grant(
            f"{name}-cluster-assigns-kubelet",
            Role.MANAGED_IDENTITY_OPERATOR,
            to=cluster.principal_id,
            on=kubelet.id,
            subscription_id=args.placement.subscription_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.cluster_id, self.cluster_principal_id = cluster.id, cluster.principal_id
        self.kubelet_id, self.kubelet_principal_id = kubelet.id, kubelet.principal_id
        self.kubelet_client_id = kubelet.client_id
        self.grants = [assigns]
        self.register_outputs({"clusterId": self.cluster_id, "kubeletId": self.kubelet_id})

    def _identity(self, name: str, purpose: str) -> managedidentity.UserAssignedIdentity:
        place = self._placement
        return managedidentity.UserAssignedIdentity(
            f"{name}-{purpose}",
            resource_name_=place.naming.name("id", part=purpose, limit=128),
            resource_group_name=place.resource_group_name,
            location=place.location,
            tags=place.naming.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
