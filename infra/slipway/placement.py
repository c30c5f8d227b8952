"""Place of an environment's resources."""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import resources
from pulumi_azure_native.provider import Provider

from .config.stack import StackConfig
from .naming import Naming
from .order import known
from .providers import account


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Facts that every Azure resource needs: its resource group, its region, its names and tags."""

    naming: Naming
    location: str
    resource_group_name: pulumi.Input[str]
    resource_group_id: pulumi.Input[str]
    subscription_id: str
    tenant_id: str


async def place(config: StackConfig, azure: Provider) -> Placement:
    """The environment's resource group, in the subscription that the credentials lead to.

    Protected and kept where anything in it is: deleting the group deletes all that lies in it, Pulumi's or not.
    """
    names = config.naming
    name = config.group_name
    who = await account(azure)
    group = resources.ResourceGroup(
        "group",
        resource_group_name=name,
        location=config.environment.location,
        tags=names.tags,
        opts=pulumi.ResourceOptions(
            provider=azure, protect=config.protects_shared, retain_on_delete=config.protects_shared or None
        ),
    )
    return Placement(
        naming=names,
        location=config.environment.location,
        resource_group_name=known(name, after=group),
        resource_group_id=group.id,
        subscription_id=who.subscription_id,
        tenant_id=who.tenant_id,
    )
