"""Data that is collected from the cluster, the alerts that it raises, and the environment's budget."""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import alertsmanagement, consumption, monitor

from slipway.alert_rules import Alert, Group, Recording, Watched, groups
from slipway.config.monitoring import Budget, Monitoring
from slipway.placement import Placement

_METRICS = monitor.KnownPrometheusForwarderDataSourceStreams.MICROSOFT_PROMETHEUS_METRICS
_LOGS = ("Microsoft-ContainerLogV2", "Microsoft-KubeEvents", "Microsoft-KubePodInventory")
"""The SDK's enum lacks Container Insights' streams. Source: learn.microsoft.com, "Configure log collection in Container
insights", table of stream values."""


@dataclass(frozen=True, kw_only=True)
class AlertsArgs:
    """`namespace` is the app's; `node_resource_group_name` is where the cluster keeps, and pays for, its nodes.

    `issued` where an authority issues the certificate.
    """

    placement: Placement
    config: Monitoring
    watched: Watched
    namespace: str
    cluster_id: pulumi.Input[str]
    cluster_name: pulumi.Input[str]
    node_resource_group_name: pulumi.Input[str]
    logs_workspace_id: pulumi.Input[str]
    metrics_workspace_id: pulumi.Input[str]
    action_group_id: pulumi.Input[str]
    issued: bool = False


class Alerts(pulumi.ComponentResource):
    """Data collection, Prometheus rule groups, budget."""

    def __init__(self, name: str, args: AlertsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Alerts", name, None, opts)
        self._name, self._args = name, args
        self._collect_metrics()
        if args.config.logs.containers:
            self._collect_logs()
        for group in groups(args.watched, issued=args.issued):
            self._rule_group(group)
        if args.config.budget is not None:
            self._budget(args.config.budget)
        self.register_outputs({})

    def _collect_metrics(self) -> None:
        placement = self._args.placement
        endpoint = monitor.DataCollectionEndpoint(
            f"{self._name}-metrics-endpoint",
            data_collection_endpoint_name=placement.naming.name("dce", limit=44),
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.naming.tags,
            kind=monitor.KnownDataCollectionEndpointResourceKind.LINUX,
            network_acls=monitor.DataCollectionEndpointNetworkAclsArgs(
                public_network_access=monitor.KnownPublicNetworkAccessOptions.ENABLED
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        rule = monitor.DataCollectionRule(
            f"{self._name}-metrics-rule",
            data_collection_rule_name=placement.naming.name("dcr", part="metrics"),
            description="Managed Prometheus: what the cluster's metrics add-on sends",
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.naming.tags,
            kind=monitor.KnownDataCollectionRuleResourceKind.LINUX,
            data_collection_endpoint_id=endpoint.id,
            data_sources=monitor.DataCollectionRuleDataSourcesArgs(
                prometheus_forwarder=[monitor.PrometheusForwarderDataSourceArgs(name="prometheus", streams=[_METRICS])]
            ),
            destinations=monitor.DataCollectionRuleDestinationsArgs(
                monitoring_accounts=[
                    monitor.MonitoringAccountDestinationArgs(
                        name="metrics", account_resource_id=self._args.metrics_workspace_id
                    )
                ]
            ),
            data_flows=[monitor.DataFlowArgs(streams=[_METRICS], destinations=["metrics"])],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._associate("metrics", "ManagedPrometheus", rule)

    def _collect_logs(self) -> None:
        placement = self._args.placement
        rule = monitor.DataCollectionRule(
            f"{self._name}-logs-rule",
            data_collection_rule_name=placement.naming.name("dcr", part="logs"),
            description="Container Insights: the app's logs and its namespace's events",
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.naming.tags,
            kind=monitor.KnownDataCollectionRuleResourceKind.LINUX,
            data_sources=monitor.DataCollectionRuleDataSourcesArgs(
                extensions=[
                    monitor.ExtensionDataSourceArgs(
                        name="ContainerInsightsExtension",
                        extension_name="ContainerInsights",
                        extension_settings={
                            "dataCollectionSettings": {
                                "interval": "1m",
                                "namespaceFilteringMode": "Include",
                                "namespaces": [self._args.namespace],
                                "enableContainerLogV2": True,
                            }
                        },
                        streams=list(_LOGS),
                    )
                ]
            ),
            destinations=monitor.DataCollectionRuleDestinationsArgs(
                log_analytics=[
                    monitor.LogAnalyticsDestinationArgs(name="logs", workspace_resource_id=self._args.logs_workspace_id)
                ]
            ),
            data_flows=[monitor.DataFlowArgs(streams=list(_LOGS), destinations=["logs"])],
            opts=pulumi.ResourceOptions(parent=self),
        )
        # The one name by which the agent finds its rule.
        self._associate("logs", "ContainerInsightsExtension", rule)

    def _associate(self, part: str, association: str, rule: monitor.DataCollectionRule) -> None:
        monitor.DataCollectionRuleAssociation(
            f"{self._name}-{part}-association",
            association_name=association,
            resource_uri=self._args.cluster_id,
            data_collection_rule_id=rule.id,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _rule_group(self, group: Group) -> None:
        placement = self._args.placement
        alertsmanagement.PrometheusRuleGroup(
            f"{self._name}-{group.name}",
            rule_group_name=placement.naming.name("prg", part=group.name),
            description=group.description,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.naming.tags,
            enabled=True,
            interval="PT1M",
            # The second scope lists the alerts at the cluster in the portal; the name filters the data.
            scopes=[self._args.metrics_workspace_id, self._args.cluster_id],
            cluster_name=self._args.cluster_name,
            rules=[self._rule(rule) for rule in group.rules],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _rule(self, rule: Recording | Alert) -> alertsmanagement.PrometheusRuleArgs:
        if isinstance(rule, Recording):
            return alertsmanagement.PrometheusRuleArgs(record=rule.name, expression=rule.expression, enabled=True)
        return alertsmanagement.PrometheusRuleArgs(
            alert=rule.name,
            expression=rule.expression,
            enabled=True,
            for_=f"PT{rule.minutes}M",
            severity=int(rule.severity),
            labels={"environment": self._args.placement.naming.environment},
            annotations={"summary": rule.summary, "runbook": rule.runbook},
            actions=[alertsmanagement.PrometheusRuleGroupActionArgs(action_group_id=self._args.action_group_id)],
            resolve_configuration=alertsmanagement.PrometheusRuleResolveConfigurationArgs(
                auto_resolved=True, time_to_resolve="PT10M"
            ),
        )

    def _budget(self, budget: Budget) -> None:
        """Over both resource groups: the nodes, which cost most, lie in the cluster's own."""
        placement = self._args.placement
        told = [(percent, consumption.ThresholdType.ACTUAL) for percent in budget.spent_percent]
        told.append((budget.forecast_percent, consumption.ThresholdType.FORECASTED))
        consumption.Budget(
            f"{self._name}-budget",
            budget_name=placement.naming.name("budget"),
            scope=f"/subscriptions/{placement.subscription_id}",
            category=consumption.CategoryType.COST,
            amount=budget.amount,
            time_grain=consumption.TimeGrainType.MONTHLY,
            time_period=consumption.BudgetTimePeriodArgs(start_date=f"{budget.starts}-01T00:00:00Z"),
            filter=consumption.BudgetFilterArgs(
                dimensions=consumption.BudgetComparisonExpressionArgs(
                    name="ResourceGroupName",
                    operator=consumption.BudgetOperatorType.IN_,
                    values=[placement.resource_group_name, self._args.node_resource_group_name],
                )
            ),
            notifications={
                f"{kind.value.lower()}-{percent}": consumption.NotificationArgs(
                    enabled=True,
                    operator=consumption.OperatorType.GREATER_THAN_OR_EQUAL_TO,
                    threshold=percent,
                    threshold_type=kind,
                    contact_emails=list(self._args.config.notify.emails),
                    contact_groups=[self._args.action_group_id],
                )
                for percent, kind in told
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
