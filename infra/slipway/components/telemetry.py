"""Destinations of logs and metrics, and receivers of alerts."""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import authorization, dashboard, managedidentity, monitor, operationalinsights

from slipway.config.monitoring import Grafana, Monitoring
from slipway.naming import fitted
from slipway.placement import Placement
from slipway.roles import Role, grant

_ENABLED = operationalinsights.PublicNetworkAccessType.ENABLED


@dataclass(frozen=True, kw_only=True)
class TelemetryArgs:
    """Needs nothing but a place."""

    placement: Placement
    config: Monitoring


class Telemetry(pulumi.ComponentResource):
    """Log Analytics workspace, Azure Monitor workspace (managed Prometheus), action group, and Grafana if asked for."""

    logs_workspace_id: pulumi.Output[str]
    metrics_workspace_id: pulumi.Output[str]
    action_group_id: pulumi.Output[str]
    grafana_url: pulumi.Output[str] | None

    def __init__(self, name: str, args: TelemetryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Telemetry", name, None, opts)
        self._name, self._args = name, args
        self.logs_workspace_id = self._logs().id
        self._workspace = self._metrics()
        self.metrics_workspace_id = self._workspace.id
        self.action_group_id = self._action_group().id
        self._viewers()
        self.grafana_url = self._grafana(args.config.grafana) if args.config.grafana else None
        self.register_outputs(
            {
                "logsWorkspaceId": self.logs_workspace_id,
                "metricsWorkspaceId": self.metrics_workspace_id,
                "actionGroupId": self.action_group_id,
                "grafanaUrl": self.grafana_url,
            }
        )

    @property
    def metrics_query_url(self) -> pulumi.Output[str]:
        """Address at which the metrics answer questions in PromQL."""
        return self._workspace.metrics.prometheus_query_endpoint

    def _logs(self) -> operationalinsights.Workspace:
        placement, logs = self._args.placement, self._args.config.logs
        return operationalinsights.Workspace(
            f"{self._name}-logs",
            workspace_name=placement.naming.name("log"),
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.naming.tags,
            sku=operationalinsights.WorkspaceSkuArgs(name=operationalinsights.WorkspaceSkuNameEnum.PER_GB2018),
            retention_in_days=logs.retention_days,
            workspace_capping=operationalinsights.WorkspaceCappingArgs(daily_quota_gb=logs.daily_cap_gb),
            features=operationalinsights.WorkspaceFeaturesArgs(
                disable_local_auth=True, enable_log_access_using_only_resource_permissions=True
            ),
            public_network_access_for_ingestion=_ENABLED,
            public_network_access_for_query=_ENABLED,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _metrics(self) -> monitor.AzureMonitorWorkspace:
        placement = self._args.placement
        return monitor.AzureMonitorWorkspace(
            f"{self._name}-metrics",
            azure_monitor_workspace_name=placement.naming.name("amw", limit=44),
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.naming.tags,
            public_network_access=monitor.PublicNetworkAccess.ENABLED,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _action_group(self) -> monitor.ActionGroup:
        placement, notify = self._args.placement, self._args.config.notify
        return monitor.ActionGroup(
            f"{self._name}-oncall",
            action_group_name=placement.naming.name("ag"),
            # It heads every message, and has room for 12 characters.
            group_short_name=fitted(placement.naming.instance, 12),
            resource_group_name=placement.resource_group_name,
            location="global",
            tags=placement.naming.tags,
            enabled=True,
            email_receivers=[
                monitor.MicrosoftCommonEmailReceiverArgs(name=email, email_address=email, use_common_alert_schema=True)
                for email in notify.emails
            ],
            webhook_receivers=[
                monitor.WebhookReceiverArgs(
                    name=webhook.name,
                    service_uri=webhook.url,
                    use_aad_auth=True,
                    object_id=webhook.application_object_id,
                    identifier_uri=webhook.identifier_uri,
                    tenant_id=placement.tenant_id,
                    use_common_alert_schema=True,
                )
                for webhook in notify.webhooks
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _viewers(self) -> None:
        for group in self._args.config.viewers:
            self._give(f"view-{group}", Role.MONITORING_READER, group, self._args.placement.resource_group_id)
            self._give(f"view-metrics-{group}", Role.MONITORING_DATA_READER, group, self.metrics_workspace_id)

    def _grafana(self, config: Grafana) -> pulumi.Output[str]:
        """Its address. It looks with an identity of its own, which a change of Grafana leaves as it is."""
        placement = self._args.placement
        identity = managedidentity.UserAssignedIdentity(
            f"{self._name}-grafana-identity",
            resource_name_=placement.naming.name("id", part="grafana"),
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.naming.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        machine = authorization.PrincipalType.SERVICE_PRINCIPAL
        grafana = self._grafana_workspace(config, identity)
        self._give("grafana-logs", Role.MONITORING_READER, identity.principal_id, placement.resource_group_id, machine)
        self._give(
            "grafana-metrics", Role.MONITORING_DATA_READER, identity.principal_id, self.metrics_workspace_id, machine
        )
        for group in config.admins:
            self._give(f"grafana-admin-{group}", Role.GRAFANA_ADMIN, group, grafana.id)
        for group in self._args.config.viewers:
            self._give(f"grafana-view-{group}", Role.GRAFANA_VIEWER, group, grafana.id)
        return grafana.properties.endpoint

    def _grafana_workspace(self, config: Grafana, identity: managedidentity.UserAssignedIdentity) -> dashboard.Grafana:
        placement = self._args.placement
        zones = dashboard.ZoneRedundancy
        return dashboard.Grafana(
            f"{self._name}-grafana",
            workspace_name=placement.naming.name("amg", limit=23),
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.naming.tags,
            sku=dashboard.ResourceSkuArgs(name=config.sku),
            identity=dashboard.ManagedServiceIdentityArgs(
                type=dashboard.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[identity.id]
            ),
            properties=dashboard.ManagedGrafanaPropertiesArgs(
                api_key=dashboard.ApiKey.DISABLED,
                public_network_access=dashboard.PublicNetworkAccess.ENABLED,
                zone_redundancy=zones.ENABLED if config.zone_redundant else zones.DISABLED,
                grafana_integrations=dashboard.GrafanaIntegrationsArgs(
                    azure_monitor_workspace_integrations=[
                        dashboard.AzureMonitorWorkspaceIntegrationArgs(
                            azure_monitor_workspace_resource_id=self.metrics_workspace_id
                        )
                    ]
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _give(
        self,
        word: str,
        role: Role,
        to: pulumi.Input[str],
        on: pulumi.Input[str],
        kind: authorization.PrincipalType = authorization.PrincipalType.GROUP,
    ) -> None:
        grant(
            f"{self._name}-{word}",
            role,
            to=to,
            on=on,
            subscription_id=self._args.placement.subscription_id,
            principal_type=kind,
            opts=pulumi.ResourceOptions(parent=self),
        )
