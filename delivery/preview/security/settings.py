"""Settings whose values have an order from weak to strong, and for how long things are kept."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from delivery.preview.model import Change, Effect, Json, Operation, State
from delivery.preview.paths import at


class Levels(NamedTuple):
    """Values from weak to strong, and what the service takes where nothing is said."""

    values: tuple[Json, ...]
    default: Json


class Setting(NamedTuple):
    """One setting of a type. `weak` and `strong` are clauses about the resource, without its name."""

    path: str
    levels: Levels
    weak: str
    strong: str


ON_IS_WEAK: Final = Levels((True, False), default=False)
ON_BY_DEFAULT_IS_WEAK: Final = Levels((True, False), default=True)
OFF_IS_WEAK: Final = Levels((False, True), default=True)
OFF_BY_DEFAULT_IS_WEAK: Final = Levels((False, True), default=False)
PUBLIC: Final = Levels(("Enabled", "SecuredByPerimeter", "Disabled"), default="Enabled")
TLS: Final = Levels(("TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"), default="TLS1_0")
ALLOW: Final = Levels(("Allow", "Deny"), default="Allow")
READERS: Final = Levels(("Container", "Blob", "None"), default="None")
EXPORT: Final = Levels(("enabled", "disabled"), default="enabled")
ENFORCED: Final = Levels(("DoNotEnforce", "Default"), default="Default")

SETTINGS: Final = {
    "azure-native:storage:StorageAccount": (
        Setting("allowSharedKeyAccess", ON_BY_DEFAULT_IS_WEAK, "shared keys are on", "shared keys are off"),
        Setting(
            "allowBlobPublicAccess", ON_IS_WEAK, "public access to blobs can be given", "public access to blobs is off"
        ),
        Setting("enableHttpsTrafficOnly", OFF_IS_WEAK, "plain HTTP is accepted", "only HTTPS is accepted"),
        Setting("minimumTlsVersion", TLS, "older TLS is accepted", "older TLS is refused"),
        Setting("publicNetworkAccess", PUBLIC, "the public network is let in", "the public network is kept out"),
        Setting("networkRuleSet.defaultAction", ALLOW, "every network is let in", "networks are refused by default"),
        Setting(
            "allowCrossTenantReplication",
            ON_IS_WEAK,
            "replication to other tenants is allowed",
            "replication to other tenants is off",
        ),
    ),
    "azure-native:storage:BlobContainer": (
        Setting("publicAccess", READERS, "anybody can read it", "no reader comes without a login"),
    ),
    "azure-native:storage:BlobServiceProperties": (
        Setting(
            "isVersioningEnabled",
            OFF_BY_DEFAULT_IS_WEAK,
            "overwritten blobs are not kept",
            "overwritten blobs are kept as versions",
        ),
        Setting(
            "deleteRetentionPolicy.enabled",
            OFF_BY_DEFAULT_IS_WEAK,
            "deleted blobs are gone at once",
            "deleted blobs can be restored",
        ),
        Setting(
            "containerDeleteRetentionPolicy.enabled",
            OFF_BY_DEFAULT_IS_WEAK,
            "deleted containers are gone at once",
            "deleted containers can be restored",
        ),
    ),
    "azure-native:containerregistry:Registry": (
        Setting("adminUserEnabled", ON_IS_WEAK, "the admin user is on", "the admin user is off"),
        Setting("anonymousPullEnabled", ON_IS_WEAK, "anybody can pull", "no pull without a login"),
        Setting("publicNetworkAccess", PUBLIC, "the public network is let in", "the public network is kept out"),
        Setting("networkRuleSet.defaultAction", ALLOW, "every network is let in", "networks are refused by default"),
        Setting("policies.exportPolicy.status", EXPORT, "images may be exported", "images may not be exported"),
    ),
    "azure-native:containerservice:ManagedCluster": (
        Setting("disableLocalAccounts", OFF_BY_DEFAULT_IS_WEAK, "local accounts are on", "local accounts are off"),
        Setting("enableRBAC", OFF_IS_WEAK, "role-based access control is off", "role-based access control is on"),
        Setting(
            "aadProfile.enableAzureRBAC",
            OFF_BY_DEFAULT_IS_WEAK,
            "Azure roles no longer decide about access",
            "Azure roles decide about access",
        ),
        Setting("aadProfile.managed", OFF_BY_DEFAULT_IS_WEAK, "Entra no longer signs users in", "Entra signs users in"),
        Setting(
            "apiServerAccessProfile.enablePrivateCluster",
            OFF_BY_DEFAULT_IS_WEAK,
            "its API server is public",
            "its API server is private",
        ),
        Setting(
            "addonProfiles.azurepolicy.enabled",
            OFF_BY_DEFAULT_IS_WEAK,
            "Azure Policy does not watch it",
            "Azure Policy watches it",
        ),
        Setting(
            "securityProfile.defender.securityMonitoring.enabled",
            OFF_BY_DEFAULT_IS_WEAK,
            "Defender does not watch it",
            "Defender watches it",
        ),
        Setting(
            "securityProfile.imageCleaner.enabled",
            OFF_BY_DEFAULT_IS_WEAK,
            "unused images stay on its nodes",
            "unused images are removed from its nodes",
        ),
    ),
    "azure-native:keyvault:Vault": (
        Setting(
            "properties.enableSoftDelete",
            OFF_IS_WEAK,
            "deleted secrets are gone at once",
            "deleted secrets can be restored",
        ),
        Setting(
            "properties.enablePurgeProtection",
            OFF_BY_DEFAULT_IS_WEAK,
            "deleted secrets can be purged",
            "deleted secrets cannot be purged",
        ),
        Setting(
            "properties.enableRbacAuthorization",
            OFF_BY_DEFAULT_IS_WEAK,
            "access policies decide instead of roles",
            "roles decide about access",
        ),
        Setting(
            "properties.publicNetworkAccess", PUBLIC, "the public network is let in", "the public network is kept out"
        ),
        Setting(
            "properties.networkAcls.defaultAction", ALLOW, "every network is let in", "networks are refused by default"
        ),
    ),
    "azure-native:authorization:PolicyAssignment": (
        Setting("enforcementMode", ENFORCED, "is no longer enforced", "is enforced"),
    ),
}

KEPT: Final = {
    "azure-native:storage:BlobServiceProperties": {
        "deleteRetentionPolicy.days": "deleted blobs are kept {new} days, not {old}",
        "containerDeleteRetentionPolicy.days": "deleted containers are kept {new} days, not {old}",
    },
    "azure-native:keyvault:Vault": {
        "properties.softDeleteRetentionInDays": "deleted secrets are kept {new} days, not {old}",
    },
    "azure-native:operationalinsights:Workspace": {"retentionInDays": "logs are kept {new} days, not {old}"},
    "azure-native:containerregistry:Registry": {
        "policies.softDeletePolicy.retentionDays": "deleted images are kept {new} days, not {old}",
    },
}
"""Times for which something is kept: less is weaker."""


def settings(change: Change) -> Iterator[Effect]:
    """Each setting of the table that moved; of a new resource, each that is as weak as can be though that was said."""
    if change.new is None:
        return
    for setting in SETTINGS.get(change.new.type, ()):
        new = _level(setting, change.new)
        if change.operation is Operation.CREATE:
            # What a service or its SDK fills in for everybody says nothing about this resource.
            told = at(change.new, setting.path)
            if (
                new == 0
                and told is not None
                and (told != setting.levels.default or setting.levels is ON_BY_DEFAULT_IS_WEAK)
            ):
                yield Effect(setting.weak)
            continue
        old = _level(setting, change.old)
        if old is not None and new is not None and old != new:
            text = setting.weak if new < old else setting.strong
            yield Effect(text, loosens=new < old, explains=(setting.path,))
    for path, text in KEPT.get(change.new.type, {}).items():
        before, after = at(change.old, path), at(change.new, path)
        if isinstance(before, int | float) and isinstance(after, int | float) and before != after:
            told = text.format(old=f"{before:g}", new=f"{after:g}")
            yield Effect(told, loosens=after < before, explains=(path,))


def _level(setting: Setting, state: State | None) -> int | None:
    """Where the value stands among the levels; None if that cannot be said."""
    value = at(state, setting.path)
    values, default = setting.levels
    value = default if value is None else value
    return values.index(value) if value in values else None
