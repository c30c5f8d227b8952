"""Where an environment's resources are put."""

from dataclasses import dataclass

import pulumi

from .naming import Naming


@dataclass(frozen=True, kw_only=True)
class Placement:
    """What every Azure resource needs to be told: its resource group, its region, its names and tags."""

    naming: Naming
    location: str
    resource_group_name: pulumi.Input[str]
    resource_group_id: pulumi.Input[str]
    subscription_id: str
    tenant_id: str
