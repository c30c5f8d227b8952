"""The model repository in Azure Blob Storage.

Left out on purpose: `storage.Blob`, which reads and writes with the account's key even where keys are forbidden. Models
are published by `slipway model`, with the publisher's own Entra identity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_azure_native import authorization, monitor, storage

from slipway.config.access import Access
from slipway.config.model import Blob
from slipway.order import known
from slipway.placement import Placement
from slipway.roles import Role, grant

CONTAINER = "models"
_ONE = "default"
"""Azure's name for a child of which there is exactly one."""


@dataclass(frozen=True, kw_only=True)
class ModelStoreArgs:
    """Both mappings are from a word to the principal id of an identity; `config.publishers` are groups of people."""

    placement: Placement
    config: Blob
    logs_workspace_id: pulumi.Input[str]
    reader_principals: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    writer_principals: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    allowed_subnet_ids: Sequence[pulumi.Input[str]] = ()
    """Subnets with a service endpoint for storage, beside those that the private endpoint serves."""


class ModelStore(pulumi.ComponentResource):
    """Storage account, one private container, what protects its content, and who may do what.

    Where it is protected, rules, roles and the log are not: they hold nothing and can be made again. Account and
    container then also stay when the protection is lifted, as the engine advises.

    Its addresses follow from its name. As Azure's answers they would be unknown in the preview of every change to it.
    """

    account_id: pulumi.Output[str]
    account_name: pulumi.Output[str]
    container_name: pulumi.Output[str]
    blob_endpoint: pulumi.Output[str]
    url: pulumi.Output[str]

    def __init__(self, name: str, args: ModelStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:ModelStore", name, None, opts)
        self._name, self._args = name, args
        self._kept = (opts.protect if opts else None) or None
        self._account_name = args.placement.naming.compact("st")
        account = self._account()
        container = self._container(account, self._protection(account))
        self._lifecycle(account)
        self._grants(container)
        self._diagnostics(account)
        self.account_id = account.id
        self.account_name = pulumi.Output.from_input(self._account_name)
        self.container_name = pulumi.Output.from_input(CONTAINER)
        self.blob_endpoint = pulumi.Output.from_input(f"https://{self._account_name}.blob.core.windows.net/")
        self.url = pulumi.Output.from_input(f"az://{self._account_name}/{CONTAINER}")
        self.register_outputs(
            {
                "accountId": self.account_id,
                "accountName": self.account_name,
                "containerName": self.container_name,
                "blobEndpoint": self.blob_endpoint,
                "url": self.url,
            }
        )

    def _account(self) -> storage.StorageAccount:
        placement, config = self._args.placement, self._args.config
        enabled = storage.EncryptionServiceArgs(enabled=True, key_type=storage.KeyType.ACCOUNT)
        private = config.access is Access.PRIVATE
        return storage.StorageAccount(
            f"{self._name}-account",
            account_name=self._account_name,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.naming.tags,
            kind=storage.Kind.STORAGE_V2,
            sku=storage.SkuArgs(name=storage.SkuName(config.redundancy)),
            access_tier=storage.AccessTier.HOT,
            allow_shared_key_access=False,
            default_to_o_auth_authentication=True,
            allow_blob_public_access=False,
            allow_cross_tenant_replication=False,
            allowed_copy_scope=storage.AllowedCopyScope.AAD,
            is_local_user_enabled=False,
            is_sftp_enabled=False,
            is_hns_enabled=False,
            enable_https_traffic_only=True,
            minimum_tls_version=storage.MinimumTlsVersion.TLS1_2,
            public_network_access=(
                storage.PublicNetworkAccess.DISABLED if private else storage.PublicNetworkAccess.ENABLED
            ),
            network_rule_set=self._network_rules(),
            encryption=storage.EncryptionArgs(
                key_source=storage.KeySource.MICROSOFT_STORAGE,
                # Chosen once: it cannot be turned on later, and costs nothing.
                require_infrastructure_encryption=True,
                services=storage.EncryptionServicesArgs(blob=enabled, file=enabled),
            ),
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=self._kept),
        )

    def _network_rules(self) -> storage.NetworkRuleSetArgs:
        config = self._args.config
        public = config.access is Access.PUBLIC
        return storage.NetworkRuleSetArgs(
            default_action=storage.DefaultAction.ALLOW if public else storage.DefaultAction.DENY,
            bypass=storage.Bypass.AZURE_SERVICES,
            ip_rules=[
                storage.IPRuleArgs(i_p_address_or_range=address, action=storage.Action.ALLOW)
                for address in config.allowed_addresses
            ],
            virtual_network_rules=[
                storage.VirtualNetworkRuleArgs(virtual_network_resource_id=subnet, action=storage.Action.ALLOW)
                for subnet in self._args.allowed_subnet_ids
            ],
        )

    def _protection(self, account: storage.StorageAccount) -> storage.BlobServiceProperties:
        config = self._args.config
        days = config.change_feed_days
        return storage.BlobServiceProperties(
            f"{self._name}-protection",
            blob_services_name=_ONE,
            account_name=known(self._account_name, after=account),
            resource_group_name=self._args.placement.resource_group_name,
            is_versioning_enabled=True,
            delete_retention_policy=storage.DeleteRetentionPolicyArgs(
                enabled=True, days=config.soft_delete_days, allow_permanent_delete=False
            ),
            container_delete_retention_policy=storage.DeleteRetentionPolicyArgs(
                enabled=True, days=config.container_soft_delete_days
            ),
            change_feed=storage.ChangeFeedArgs(enabled=days is not None, retention_in_days=days),
            # Azure's provider resets it where it is deleted, and the account that stays would keep no old versions.
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=self._kept),
        )

    def _container(
        self, account: storage.StorageAccount, protection: storage.BlobServiceProperties
    ) -> storage.BlobContainer:
        days = self._args.config.immutable_days
        group = self._args.placement.resource_group_name
        container = storage.BlobContainer(
            f"{self._name}-container",
            container_name=CONTAINER,
            account_name=known(self._account_name, after=account),
            resource_group_name=group,
            public_access=storage.PublicAccess.NONE,
            immutable_storage_with_versioning=(
                storage.ImmutableStorageWithVersioningArgs(enabled=True) if days is not None else None
            ),
            # Immutable versions need versions: Azure refuses the container before they are on.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[protection], retain_on_delete=self._kept),
        )
        if days is not None:
            storage.BlobContainerImmutabilityPolicy(
                f"{self._name}-immutability",
                immutability_policy_name=_ONE,
                container_name=known(CONTAINER, after=container),
                account_name=known(self._account_name, after=account),
                resource_group_name=group,
                immutability_period_since_creation_in_days=days,
                opts=pulumi.ResourceOptions(parent=self, retain_on_delete=self._kept),
            )
        return container

    def _lifecycle(self, account: storage.StorageAccount) -> None:
        """Previous states cool and go. There is no action on blobs themselves: a model is never moved or deleted."""
        old = self._args.config.old_versions
        after = storage.DateAfterCreationArgs
        cool = None if old.cool_after_days is None else after(days_after_creation_greater_than=old.cool_after_days)
        rule = storage.ManagementPolicyRuleArgs(
            name="previous-states",
            type=storage.RuleType.LIFECYCLE,
            enabled=True,
            definition=storage.ManagementPolicyDefinitionArgs(
                filters=storage.ManagementPolicyFilterArgs(blob_types=["blockBlob"], prefix_match=[f"{CONTAINER}/"]),
                actions=storage.ManagementPolicyActionArgs(
                    version=storage.ManagementPolicyVersionArgs(
                        tier_to_cool=cool, delete=after(days_after_creation_greater_than=old.delete_after_days)
                    )
                ),
            ),
        )
        storage.ManagementPolicy(
            f"{self._name}-lifecycle",
            management_policy_name=_ONE,
            account_name=known(self._account_name, after=account),
            resource_group_name=self._args.placement.resource_group_name,
            policy=storage.ManagementPolicySchemaArgs(rules=[rule]),
            opts=pulumi.ResourceOptions(parent=self, protect=False),
        )

    def _grants(self, container: storage.BlobContainer) -> None:
        """On the container and not the account: another container would be another matter."""
        child = pulumi.ResourceOptions(parent=self, protect=False)
        subscription = self._args.placement.subscription_id
        for role, word, identities in (
            (Role.BLOB_DATA_READER, "read", self._args.reader_principals),
            (Role.BLOB_DATA_CONTRIBUTOR, "write", self._args.writer_principals),
        ):
            for who, principal in identities.items():
                grant(
                    f"{self._name}-{word}-{who}",
                    role,
                    to=principal,
                    on=container.id,
                    subscription_id=subscription,
                    opts=child,
                )
        for group in self._args.config.publishers:
            grant(
                f"{self._name}-publish-{group}",
                Role.BLOB_DATA_CONTRIBUTOR,
                to=group,
                on=container.id,
                subscription_id=subscription,
                principal_type=authorization.PrincipalType.GROUP,
                opts=child,
            )

    def _diagnostics(self, account: storage.StorageAccount) -> None:
        categories = ["StorageWrite", "StorageDelete", *(["StorageRead"] if self._args.config.log_reads else [])]
        monitor.DiagnosticSetting(
            f"{self._name}-diagnostics",
            name="to-log-analytics",
            resource_uri=pulumi.Output.format("{0}/blobServices/default", account.id),
            workspace_id=self._args.logs_workspace_id,
            logs=[monitor.DiagnosticsLogSettingsArgs(category=category, enabled=True) for category in categories],
            opts=pulumi.ResourceOptions(parent=self, protect=False),
        )
