"""The identities that pipelines act as: one to build, and in each environment one to deploy and one to look.

They come before registry and model store, which grant them roles; what they may do in pipelines comes last. The one
that looks for drift may change nothing, so that a nightly run needs no approval.
"""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import managedidentity

from slipway.placement import Placement
from slipway.principal import Principal


@dataclass(frozen=True, kw_only=True)
class PipelineIdentitiesArgs:
    """`builds`: whether this environment holds the build pipeline."""

    placement: Placement
    builds: bool


class PipelineIdentities(pulumi.ComponentResource):
    """`build` is None where nothing is built."""

    build: Principal | None
    deploy: Principal
    drift: Principal

    def __init__(self, name: str, args: PipelineIdentitiesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:PipelineIdentities", name, None, opts)
        self._placement = args.placement
        self.build = self._identity(f"{name}-build", "build") if args.builds else None
        self.deploy = self._identity(f"{name}-deploy", "deploy")
        self.drift = self._identity(f"{name}-drift", "drift")
        self.register_outputs({"deploy": self.deploy.client_id, "drift": self.drift.client_id})

    def _identity(self, name: str, purpose: str) -> Principal:
        place = self._placement
        physical = place.naming.name("id", part=purpose, limit=128)
        made = managedidentity.UserAssignedIdentity(
            name,
            resource_name_=physical,
            resource_group_name=place.resource_group_name,
            location=place.location,
            tags=place.naming.tags,
            # Its name is fixed, so a replacement deletes first; what trusts it hangs on it and is made again with it.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        return Principal(id=made.id, name=made.name, client_id=made.client_id, principal_id=made.principal_id)
