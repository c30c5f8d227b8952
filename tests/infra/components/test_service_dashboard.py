"""The dashboard gets into the portal by itself."""

import json
from typing import Any

import pulumi
from pulumi_azure_native.provider import Provider

from slipway import dashboard
from slipway.components.service_dashboard import ServiceDashboard, ServiceDashboardArgs
from slipway.config.monitoring import Monitoring
from slipway.placement import Placement
from tests.infra.config.sections import section
from tests.infra.config.test_monitoring import PLAIN
from tests.infra.conftest import Declared
from tests.infra.support.apps import sample_watched


def test_the_dashboard_is_a_resource_with_its_definition(declared: Declared, placement: Placement) -> None:
    seen = sample_watched(section(Monitoring, PLAIN).service_level)

    def program() -> None:
        made = ServiceDashboard(
            "dashboard",
            ServiceDashboardArgs(placement=placement, watched=seen, namespace="scoring-dev", app="scoring"),
            pulumi.ResourceOptions(providers=[Provider("azure")]),
        )
        pulumi.export("id", made.id)

    recorded = declared(program)
    frame = recorded.one("azure-native:dashboard:Dashboard").inputs
    definition: Any = recorded.one("azure-native:dashboard:DashboardDefinition").inputs
    assert frame["dashboardName"] == "dash-scoring-dev-weu"
    assert frame["tags"] == placement.naming.tags | {"GrafanaDashboardTags": "slipway,scoring"}
    assert (definition["dashboardName"], definition["definitionName"]) == (frame["dashboardName"], "default")
    assert json.loads(definition["properties"]["serializedData"]) == dashboard.dashboard("scoring-dev", "scoring", seen)
    assert recorded.outputs["id"] == "${dashboard-frame.id}"
