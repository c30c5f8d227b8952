"""Where logs and metrics go, who looks at them, and who is called."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi_azure_native.provider import Provider

from delivery.preview.record import Recorded
from slipway.components.telemetry import Telemetry, TelemetryArgs
from slipway.config.monitoring import Monitoring
from slipway.placement import Placement
from slipway.roles import Role
from tests.infra.config.sections import section
from tests.infra.config.test_monitoring import GRAFANA, PLAIN, WEBHOOK
from tests.infra.conftest import Declared

GRANT = "azure-native:authorization:RoleAssignment"
VIEWERS = "8a0d4e7c-2f93-4c1b-b6a5-5e9d3c7f1a20"
ADMINS = GRAFANA["admins"][0]
GROUP = "/subscriptions/s/resourceGroups/rg-scoring-dev-weu"

Declare = Callable[..., Recorded]


@pytest.fixture
def telemetry(declared: Declared, placement: Placement) -> Declare:
    """Declare telemetry; keywords in camelCase change its config."""

    def declare(**config: Any) -> Recorded:
        def program() -> None:
            made = Telemetry(
                "telemetry",
                TelemetryArgs(placement=placement, config=section(Monitoring, PLAIN | config)),
                pulumi.ResourceOptions(providers=[Provider("azure")]),
            )
            pulumi.export("logs", made.logs_workspace_id)
            pulumi.export("metrics", made.metrics_workspace_id)
            pulumi.export("action_group", made.action_group_id)
            pulumi.export("grafana", made.grafana_url)

        return declared(program)

    return declare


def granted(recorded: Recorded) -> set[tuple[str, str, str, str]]:
    """Role, principal, its type and scope of each grant."""
    return {
        (
            str(record.inputs["roleDefinitionId"]).rsplit("/", 1)[1],
            str(record.inputs["principalId"]),
            str(record.inputs["principalType"]),
            str(record.inputs["scope"]),
        )
        for record in recorded.all(GRANT)
    }


def test_logs_are_capped_and_kept_as_config_says(telemetry: Declare) -> None:
    logs = telemetry(logs={"dailyCapGb": 0.5, "retentionDays": 90, "containers": False}).one(
        "azure-native:operationalinsights:Workspace"
    )

    assert logs.inputs["workspaceCapping"] == {"dailyQuotaGb": 0.5}
    assert logs.inputs["retentionInDays"] == 90
    assert logs.inputs["sku"] == {"name": "PerGB2018"}
    assert logs.inputs["workspaceName"] == "log-scoring-dev-weu"


def test_nobody_writes_logs_with_a_key(telemetry: Declare) -> None:
    features: Any = telemetry().one("azure-native:operationalinsights:Workspace").inputs["features"]

    assert features["disableLocalAuth"] is True


def test_people_and_tools_are_called(telemetry: Declare) -> None:
    notify = {"emails": ["a@contoso.com", "b@contoso.com"], "webhooks": [WEBHOOK]}
    group: Any = telemetry(notify=notify).one("azure-native:monitor:ActionGroup").inputs

    assert [receiver["emailAddress"] for receiver in group["emailReceivers"]] == notify["emails"]
    assert group["webhookReceivers"] == [
        {
            "name": "pager",
            "serviceUri": "https://alerts.contoso.com/azure",
            "useAadAuth": True,
            "objectId": WEBHOOK["applicationObjectId"],
            "identifierUri": "api://contoso/alerts",
            "tenantId": "22222222-2222-2222-2222-222222222222",
            "useCommonAlertSchema": True,
        }
    ]
    assert group["enabled"] is True
    assert group["location"] == "global"
    assert group["groupShortName"] == "scoring-dev"


def test_metrics_have_a_workspace_of_their_own(telemetry: Declare) -> None:
    metrics = telemetry().one("azure-native:monitor:AzureMonitorWorkspace").inputs

    assert metrics["azureMonitorWorkspaceName"] == "amw-scoring-dev-weu"
    assert metrics["location"] == "westeurope"


def test_viewers_see_logs_and_metrics(telemetry: Declare) -> None:
    assert granted(telemetry(viewers=[VIEWERS])) == {
        (Role.MONITORING_READER, VIEWERS, "Group", GROUP),
        (Role.MONITORING_DATA_READER, VIEWERS, "Group", "${telemetry-metrics.id}"),
    }


def test_without_grafana_there_is_none(telemetry: Declare) -> None:
    recorded = telemetry()

    assert recorded.all("azure-native:dashboard:Grafana") == []
    assert recorded.all(GRANT) == []
    assert "grafana" not in recorded.outputs


def test_grafana_looks_at_the_metrics_with_an_identity_of_its_own(telemetry: Declare) -> None:
    recorded = telemetry(grafana=GRAFANA, viewers=[VIEWERS])
    grafana: Any = recorded.one("azure-native:dashboard:Grafana").inputs
    identity = "${telemetry-grafana-identity.principalId}"

    assert grafana["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": ["${telemetry-grafana-identity.id}"],
    }
    assert grafana["properties"]["grafanaIntegrations"] == {
        "azureMonitorWorkspaceIntegrations": [{"azureMonitorWorkspaceResourceId": "${telemetry-metrics.id}"}]
    }
    assert granted(recorded) >= {
        (Role.MONITORING_DATA_READER, identity, "ServicePrincipal", "${telemetry-metrics.id}"),
        (Role.MONITORING_READER, identity, "ServicePrincipal", GROUP),
        (Role.GRAFANA_ADMIN, ADMINS, "Group", "${telemetry-grafana.id}"),
        (Role.GRAFANA_VIEWER, VIEWERS, "Group", "${telemetry-grafana.id}"),
    }
    assert recorded.outputs["grafana"] == "${telemetry-grafana.properties.endpoint}"


def test_grafana_takes_no_api_keys(telemetry: Declare) -> None:
    grafana: Any = telemetry(grafana=GRAFANA).one("azure-native:dashboard:Grafana").inputs

    assert grafana["properties"]["apiKey"] == "Disabled"
    assert grafana["properties"]["zoneRedundancy"] == "Enabled"
    assert grafana["sku"] == {"name": "Standard"}
    assert grafana["workspaceName"] == "amg-scoring-dev-weu"


def test_no_grant_is_declared_twice(telemetry: Declare) -> None:
    recorded = telemetry(grafana=GRAFANA, viewers=[VIEWERS])

    assert len(granted(recorded)) == len(recorded.all(GRANT)) == 6
