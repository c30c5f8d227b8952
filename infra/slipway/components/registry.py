"""The environment's own container registry. No environment pulls from another's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi_azure_native import authorization, containerregistry, monitor

from slipway.config.access import Access
from slipway.config.registry import Registry as Config
from slipway.placement import Placement
from slipway.roles import Role, grant


@dataclass(frozen=True, kw_only=True)
class RegistryArgs:
    """Both mappings are from a word to the principal id of an identity."""

    placement: Placement
    config: Config
    logs_workspace_id: pulumi.Input[str]
    pullers: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    pushers: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)


class Registry(pulumi.ComponentResource):
    """Registry, its roles and its log. Only the registry holds anything, and it alone may be protected.

    Where it is, it also stays when the protection is lifted, as the engine advises.

    The admin user and anonymous pull are off; no login uses a password.

    The login server follows from the name. As Azure's answer it would be unknown in the preview of every change to the
    registry, and with it the image that the workload runs.
    """

    id: pulumi.Output[str]
    name: pulumi.Output[str]
    login_server: pulumi.Output[str]
    pull_grants: list[authorization.RoleAssignment]
    """Role assignments that must be there before a node can pull."""

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Registry", name, None, opts)
        self._name, self._args = name, args
        self._kept = (opts.protect if opts else None) or None
        physical = args.placement.naming.compact("cr", limit=50)
        registry = self._registry(physical)
        self.id = registry.id
        self.name = pulumi.Output.from_input(physical)
        self.login_server = pulumi.Output.from_input(f"{physical}.azurecr.io")
        self.pull_grants = self._grants("pull", Role.ACR_PULL, args.pullers)
        self._grants("push", Role.ACR_PUSH, args.pushers)
        self._diagnostics()
        self.register_outputs({"id": self.id, "name": self.name, "loginServer": self.login_server})

    def _registry(self, physical: str) -> containerregistry.Registry:
        placement, config = self._args.placement, self._args.config
        private = config.access is Access.PRIVATE
        return containerregistry.Registry(
            f"{self._name}-registry",
            registry_name=physical,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.naming.tags,
            sku=containerregistry.SkuArgs(name=containerregistry.SkuName(config.sku)),
            admin_user_enabled=False,
            anonymous_pull_enabled=False,
            zone_redundancy=(
                containerregistry.ZoneRedundancy.ENABLED
                if config.zone_redundant
                else containerregistry.ZoneRedundancy.DISABLED
            ),
            public_network_access=(
                containerregistry.PublicNetworkAccess.DISABLED
                if private
                else containerregistry.PublicNetworkAccess.ENABLED
            ),
            # Azure itself copies the image when a later environment imports from this one.
            network_rule_bypass_options=containerregistry.NetworkRuleBypassOptions.AZURE_SERVICES,
            network_rule_set=self._network_rules(),
            policies=self._policies(),
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=self._kept),
        )

    def _network_rules(self) -> containerregistry.NetworkRuleSetArgs | None:
        config = self._args.config
        if config.access is Access.PUBLIC:
            return None  # Azure refuses the whole property below Premium
        return containerregistry.NetworkRuleSetArgs(
            default_action=containerregistry.DefaultAction.DENY,
            ip_rules=[
                containerregistry.IPRuleArgs(i_p_address_or_range=address, action=containerregistry.Action.ALLOW)
                for address in config.allowed_addresses
            ],
        )

    def _policies(self) -> containerregistry.PoliciesArgs | None:
        config = self._args.config
        retention, soft = config.untagged_retention_days, config.soft_delete_days
        on = containerregistry.PolicyStatus.ENABLED
        if retention is None and soft is None:
            return None
        return containerregistry.PoliciesArgs(
            retention_policy=(
                None if retention is None else containerregistry.RetentionPolicyArgs(status=on, days=retention)
            ),
            soft_delete_policy=(
                None if soft is None else containerregistry.SoftDeletePolicyArgs(status=on, retention_days=soft)
            ),
        )

    def _grants(
        self, word: str, role: Role, principals: Mapping[str, pulumi.Input[str]]
    ) -> list[authorization.RoleAssignment]:
        return [
            grant(
                f"{self._name}-{word}-{who}",
                role,
                to=principal,
                on=self.id,
                subscription_id=self._args.placement.subscription_id,
                opts=pulumi.ResourceOptions(parent=self, protect=False),
            )
            for who, principal in principals.items()
        ]

    def _diagnostics(self) -> None:
        categories = ("ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents")
        monitor.DiagnosticSetting(
            f"{self._name}-diagnostics",
            name="to-log-analytics",
            resource_uri=self.id,
            workspace_id=self._args.logs_workspace_id,
            logs=[monitor.DiagnosticsLogSettingsArgs(category=category, enabled=True) for category in categories],
            opts=pulumi.ResourceOptions(parent=self, protect=False),
        )
