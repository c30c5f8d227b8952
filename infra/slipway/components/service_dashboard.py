"""The service's dashboard in the Azure portal."""

import json
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import dashboard as portal

from slipway import dashboard
from slipway.alert_rules import Watched
from slipway.order import known
from slipway.placement import Placement


@dataclass(frozen=True, kw_only=True)
class ServiceDashboardArgs:
    """`namespace` is the app's, `app` the app's name."""

    placement: Placement
    watched: Watched
    namespace: str
    app: str


class ServiceDashboard(pulumi.ComponentResource):
    """An Azure Monitor dashboard with Grafana: none to run or pay for, and viewers see what their own rights show."""

    id: pulumi.Output[str]

    def __init__(self, name: str, args: ServiceDashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:ServiceDashboard", name, None, opts)
        placement = args.placement
        physical = placement.naming.name("dash", limit=30)
        model = dashboard.dashboard(args.namespace, args.app, args.watched)
        frame = portal.Dashboard(
            f"{name}-frame",
            dashboard_name=physical,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            # The gallery in the portal shows this tag, not the model's own.
            tags=placement.naming.tags | {"GrafanaDashboardTags": ",".join(model["tags"])},
            opts=pulumi.ResourceOptions(parent=self),
        )
        portal.DashboardDefinition(
            f"{name}-definition",
            definition_name="default",
            dashboard_name=known(physical, after=frame),
            resource_group_name=placement.resource_group_name,
            properties=portal.DashboardDefinitionPropertiesArgs(serialized_data=json.dumps(model, sort_keys=True)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.id = frame.id
        self.register_outputs({"id": self.id})
