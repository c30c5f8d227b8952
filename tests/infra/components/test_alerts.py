"""What reaches the metrics workspace, what it raises, and who is told of the cost."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi_azure_native.provider import Provider

from delivery.preview.record import Recorded
from slipway import alert_rules
from slipway.components.alerts import Alerts, AlertsArgs
from slipway.config.monitoring import Monitoring
from slipway.placement import Placement
from tests.infra.config.sections import section
from tests.infra.config.test_monitoring import PLAIN
from tests.infra.conftest import Declared
from tests.infra.support.apps import sample_watched

RULE = "azure-native:monitor:DataCollectionRule"
ASSOCIATION = "azure-native:monitor:DataCollectionRuleAssociation"
GROUP = "azure-native:alertsmanagement:PrometheusRuleGroup"
BUDGET = "azure-native:consumption:Budget"

Declare = Callable[..., Recorded]


def seen(config: dict[str, Any]) -> alert_rules.Watched:
    return sample_watched(section(Monitoring, config).service_level, queueLimit=40)


@pytest.fixture
def alerts(declared: Declared, placement: Placement) -> Declare:
    """Declare alerts; keywords in camelCase change their config."""

    def declare(*, first: bool = False, **config: Any) -> Recorded:
        def program() -> None:
            Alerts(
                "alerts",
                AlertsArgs(
                    placement=placement,
                    config=section(Monitoring, PLAIN | config),
                    watched=seen(PLAIN | config),
                    namespace="scoring-dev",
                    cluster_id="/clusters/aks",
                    cluster_name="aks-scoring-dev-weu",
                    node_resource_group_name="rg-scoring-dev-weu-nodes",
                    logs_workspace_id="/workspaces/logs",
                    metrics_workspace_id="/workspaces/metrics",
                    action_group_id="/groups/oncall",
                ),
                pulumi.ResourceOptions(providers=[Provider("azure")]),
            )

        return declared(program, first=first)

    return declare


def test_metrics_flow_from_the_cluster_to_the_metrics_workspace(alerts: Declare) -> None:
    recorded = alerts()
    rule: Any = recorded.one(RULE, "alerts-metrics-rule").inputs
    stream = "Microsoft-PrometheusMetrics"

    assert rule["dataSources"]["prometheusForwarder"] == [{"name": "prometheus", "streams": [stream]}]
    assert rule["destinations"]["monitoringAccounts"] == [
        {"name": "metrics", "accountResourceId": "/workspaces/metrics"}
    ]
    assert rule["dataFlows"] == [{"streams": [stream], "destinations": ["metrics"]}]
    assert rule["dataCollectionEndpointId"] == "${alerts-metrics-endpoint.id}"
    association = recorded.one(ASSOCIATION, "alerts-metrics-association").inputs
    assert association["resourceUri"] == "/clusters/aks"
    assert association["dataCollectionRuleId"] == "${alerts-metrics-rule.id}"


def test_logs_of_the_apps_namespace_alone_are_collected(alerts: Declare) -> None:
    recorded = alerts()
    rule: Any = recorded.one(RULE, "alerts-logs-rule").inputs
    (source,) = rule["dataSources"]["extensions"]

    assert source["extensionName"] == "ContainerInsights"
    assert source["extensionSettings"]["dataCollectionSettings"] == {
        "interval": "1m",
        "namespaceFilteringMode": "Include",
        "namespaces": ["scoring-dev"],
        "enableContainerLogV2": True,
    }
    assert "Microsoft-ContainerLogV2" in source["streams"]
    assert rule["dataFlows"] == [{"streams": source["streams"], "destinations": ["logs"]}]
    assert rule["destinations"]["logAnalytics"] == [{"name": "logs", "workspaceResourceId": "/workspaces/logs"}]


def test_container_insights_finds_its_rule_by_the_only_name_that_it_knows(alerts: Declare) -> None:
    association = alerts().one(ASSOCIATION, "alerts-logs-association").inputs

    assert association["associationName"] == "ContainerInsightsExtension"


def test_without_container_logs_only_metrics_are_collected(alerts: Declare) -> None:
    recorded = alerts(logs={"dailyCapGb": 1.0, "retentionDays": 30, "containers": False})

    assert [record.name for record in recorded.all(RULE)] == ["alerts-metrics-rule"]
    assert [record.name for record in recorded.all(ASSOCIATION)] == ["alerts-metrics-association"]


def test_each_group_of_rules_becomes_one_resource(alerts: Declare, placement: Placement) -> None:
    recorded = alerts()
    expected = alert_rules.groups(seen(PLAIN))

    for group in expected:
        inputs: Any = recorded.one(GROUP, f"alerts-{group.name}").inputs
        assert [rule.get("alert") or rule["record"] for rule in inputs["rules"]] == [rule.name for rule in group.rules]
        assert [rule["expression"] for rule in inputs["rules"]] == [rule.expression for rule in group.rules]
        assert inputs["ruleGroupName"] == placement.naming.name("prg", part=group.name)
    assert len(recorded.all(GROUP)) == len(expected)


def test_rules_look_at_this_cluster_in_this_workspace_every_minute(alerts: Declare) -> None:
    for record in alerts().all(GROUP):
        assert record.inputs["scopes"] == ["/workspaces/metrics", "/clusters/aks"]
        assert record.inputs["clusterName"] == "aks-scoring-dev-weu"
        assert record.inputs["interval"] == "PT1M"
        assert record.inputs["enabled"] is True


def test_every_alert_calls_somebody_says_why_and_where_help_is(alerts: Declare) -> None:
    groups: list[Any] = [record.inputs for record in alerts().all(GROUP)]
    raised = [rule for group in groups for rule in group["rules"] if "alert" in rule]

    assert len(raised) == 27
    for rule in raised:
        assert rule["actions"] == [{"actionGroupId": "/groups/oncall"}]
        assert rule["annotations"].keys() == {"summary", "runbook"}
        assert rule["resolveConfiguration"] == {"autoResolved": True, "timeToResolve": "PT10M"}
        assert rule["enabled"] is True


def test_an_alerts_severity_and_patience_are_those_of_its_rule(alerts: Declare) -> None:
    group: Any = alerts().one(GROUP, "alerts-service").inputs
    (rule,) = [rule for rule in group["rules"] if rule["alert"] == "NoReplicaAvailable"]

    assert rule["severity"] == 0
    assert rule["for"] == "PT2M"
    assert rule["labels"] == {"environment": "dev"}


def test_the_queue_is_nearly_full_at_half_of_what_the_app_is_told_to_hold(alerts: Declare) -> None:
    group: Any = alerts().one(GROUP, "alerts-service").inputs
    (rule,) = [rule for rule in group["rules"] if rule["alert"] == "QueueNearlyFull"]

    assert rule["expression"].endswith(" > 20")


def test_the_budget_counts_the_nodes_resource_group_too(alerts: Declare) -> None:
    budget: Any = alerts().one(BUDGET).inputs

    assert budget["scope"] == "/subscriptions/11111111-1111-1111-1111-111111111111"
    assert budget["filter"] == {
        "dimensions": {
            "name": "ResourceGroupName",
            "operator": "In",
            "values": ["rg-scoring-dev-weu", "rg-scoring-dev-weu-nodes"],
        }
    }
    assert (budget["amount"], budget["timeGrain"], budget["category"]) == (250, "Monthly", "Cost")
    assert budget["timePeriod"] == {"startDate": "2026-12-01T00:00:00Z"}


def test_the_cost_is_told_as_it_rises_and_as_it_is_foreseen(alerts: Declare) -> None:
    told: Any = alerts(budget={"amount": 10, "starts": "2026-12", "spentPercent": [40, 90], "forecastPercent": 110})
    notifications = told.one(BUDGET).inputs["notifications"]

    assert {name: (each["threshold"], each["thresholdType"]) for name, each in notifications.items()} == {
        "actual-40": (40, "Actual"),
        "actual-90": (90, "Actual"),
        "forecasted-110": (110, "Forecasted"),
    }
    for each in notifications.values():
        assert each["contactEmails"] == ["oncall@contoso.com"]
        assert each["contactGroups"] == ["/groups/oncall"]
        assert each["enabled"] is True


def test_azure_takes_five_notifications_of_a_budget(alerts: Declare) -> None:
    budget: Any = alerts(budget={"amount": 10, "starts": "2026-12", "spentPercent": [25, 50, 75, 100]}).one(BUDGET)

    assert len(budget.inputs["notifications"]) == 5


def test_without_a_budget_nothing_is_told(alerts: Declare) -> None:
    assert alerts(budget=None).all(BUDGET) == []


def test_names_keep_within_azures_limits(alerts: Declare) -> None:
    recorded = alerts()
    endpoint = recorded.one("azure-native:monitor:DataCollectionEndpoint").inputs

    assert len(str(endpoint["dataCollectionEndpointName"])) <= 44
    assert all(len(str(record.inputs["dataCollectionRuleName"])) <= 64 for record in recorded.all(RULE))


def test_a_first_preview_needs_nothing_from_azure(alerts: Declare) -> None:
    assert len(alerts(first=True).all(GROUP)) == 3
