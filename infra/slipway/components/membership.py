"""An identity as a member of the Azure DevOps organisation: without it, neither provider nor `az` gets an answer."""

from dataclasses import dataclass

import pulumi
from pulumi_azuredevops.get_group import get_group_output
from pulumi_azuredevops.group_membership import GroupMembership
from pulumi_azuredevops.service_principal_entitlement import ServicePrincipalEntitlement

_READERS = "Readers"


@dataclass(frozen=True, kw_only=True)
class MembershipArgs:
    """The project, and the identity by its object id."""

    project_id: pulumi.Input[str]
    principal_id: pulumi.Input[str]


class Membership(pulumi.ComponentResource):
    """A reader of the project, never more: what guards a pipeline is not for that pipeline to change."""

    descriptor: pulumi.Output[str]

    def __init__(self, name: str, args: MembershipArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Membership", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        entitlement = ServicePrincipalEntitlement(
            f"{name}-entitlement",
            origin="aad",
            origin_id=args.principal_id,
            account_license_type="express",  # Basic: a stakeholder may not read code or pipelines of a private project
            opts=child,
        )
        readers = get_group_output(name=_READERS, project_id=args.project_id, opts=pulumi.InvokeOptions(parent=self))
        GroupMembership(
            f"{name}-readers",
            group=readers.descriptor,
            members=[entitlement.descriptor],
            mode="add",  # people are members too, and stay so
            opts=child,
        )
        self.descriptor = entitlement.descriptor
        self.register_outputs({"descriptor": self.descriptor})
