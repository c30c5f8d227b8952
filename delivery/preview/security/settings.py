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


_LEVELS: Final = {
    "off": Levels((True, False), default=False),
    "off!": Levels((True, False), default=True),
    "on": Levels((False, True), default=True),
    "on!": Levels((False, True), default=False),
    "public": Levels(("Enabled", "SecuredByPerimeter", "Disabled"), default="Enabled"),
    "tls": Levels(("TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"), default="TLS1_0"),
    "deny": Levels(("Allow", "Deny"), default="Allow"),
    "readers": Levels(("Container", "Blob", "None"), default="None"),
    "export": Levels(("enabled", "disabled"), default="enabled"),
    "enforced": Levels(("DoNotEnforce", "Default"), default="Default"),
}
"""Levels by a word for the strong end; `!` where the service's own default is the weak one."""

_SETTINGS: Final = """
azure-native:storage:StorageAccount
  allowSharedKeyAccess | off! | shared keys are on | shared keys are off
  allowBlobPublicAccess | off | public access to blobs can be given | public access to blobs is off
  enableHttpsTrafficOnly | on | plain HTTP is accepted | only HTTPS is accepted
  minimumTlsVersion | tls | older TLS is accepted | older TLS is refused
  publicNetworkAccess | public | the public network is let in | the public network is kept out
  networkRuleSet.defaultAction | deny | every network is let in | networks are refused by default
  allowCrossTenantReplication | off | replication to other tenants is allowed | replication to other tenants is off
azure-native:storage:BlobContainer
  publicAccess | readers | anybody can read it | no reader comes without a login
azure-native:storage:BlobServiceProperties
  isVersioningEnabled | on! | overwritten blobs are not kept | overwritten blobs are kept as versions
  deleteRetentionPolicy.enabled | on! | deleted blobs are gone at once | deleted blobs can be restored
  containerDeleteRetentionPolicy.enabled | on! | deleted containers are gone | deleted containers can be restored
azure-native:containerregistry:Registry
  adminUserEnabled | off | the admin user is on | the admin user is off
  anonymousPullEnabled | off | anybody can pull | no pull without a login
  publicNetworkAccess | public | the public network is let in | the public network is kept out
  networkRuleSet.defaultAction | deny | every network is let in | networks are refused by default
  policies.exportPolicy.status | export | images may be exported | images may not be exported
azure-native:containerservice:ManagedCluster
  disableLocalAccounts | on! | local accounts are on | local accounts are off
  enableRBAC | on | role-based access control is off | role-based access control is on
  aadProfile.enableAzureRBAC | on! | Azure roles no longer decide about access | Azure roles decide about access
  aadProfile.managed | on! | Entra no longer signs users in | Entra signs users in
  apiServerAccessProfile.enablePrivateCluster | on! | its API server is public | its API server is private
  addonProfiles.azurepolicy.enabled | on! | Azure Policy does not watch it | Azure Policy watches it
  securityProfile.defender.securityMonitoring.enabled | on! | Defender does not watch it | Defender watches it
  securityProfile.imageCleaner.enabled | on! | unused images stay on its nodes | unused images leave its nodes
azure-native:keyvault:Vault
  properties.enableSoftDelete | on | deleted secrets are gone at once | deleted secrets can be restored
  properties.enablePurgeProtection | on! | deleted secrets can be purged | deleted secrets cannot be purged
  properties.enableRbacAuthorization | on! | access policies decide instead of roles | roles decide about access
  properties.publicNetworkAccess | public | the public network is let in | the public network is kept out
  properties.networkAcls.defaultAction | deny | every network is let in | networks are refused by default
azure-native:authorization:PolicyAssignment
  enforcementMode | enforced | is no longer enforced | is enforced
"""
"""A type, and below it a line for each setting: path, levels, and the clauses for weak and for strong."""

_KEPT: Final = """
azure-native:storage:BlobServiceProperties
  deleteRetentionPolicy.days | deleted blobs are kept {new} days, not {old}
  containerDeleteRetentionPolicy.days | deleted containers are kept {new} days, not {old}
azure-native:keyvault:Vault
  properties.softDeleteRetentionInDays | deleted secrets are kept {new} days, not {old}
azure-native:operationalinsights:Workspace
  retentionInDays | logs are kept {new} days, not {old}
azure-native:containerregistry:Registry
  policies.softDeletePolicy.retentionDays | deleted images are kept {new} days, not {old}
"""
"""Times for which something is kept: less is weaker."""


def _rows(table: str) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in table.strip().splitlines():
        if line.startswith(" "):
            rows.append([cell.strip() for cell in line.split("|")])
        else:
            rows = found[line] = []
    return found


SETTINGS: Final = {
    resource_type: tuple(Setting(path, _LEVELS[levels], weak, strong) for path, levels, weak, strong in rows)
    for resource_type, rows in _rows(_SETTINGS).items()
}
KEPT: Final = {resource_type: {row[0]: row[1] for row in rows} for resource_type, rows in _rows(_KEPT).items()}


def settings(change: Change) -> Iterator[Effect]:
    """Each setting of the table that moved; of a new resource, each that is as weak as can be though that was said."""
    if change.new is None:
        return
    for setting in SETTINGS.get(change.new.type, ()):
        new = _level(setting, change.new)
        if change.operation is Operation.CREATE:
            # What a service or its SDK fills in for everybody says nothing about this resource.
            told = at(change.new, setting.path)
            if new == 0 and told is not None and (told != setting.levels.default or setting.levels is _LEVELS["off!"]):
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
    """Return the value's place among the levels; None if it is not one of them."""
    value = at(state, setting.path)
    values, default = setting.levels
    value = default if value is None else value
    return values.index(value) if value in values else None
