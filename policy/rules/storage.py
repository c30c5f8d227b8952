"""Storage of models: only roles allow reads and writes, and what is deleted can be restored."""

from collections.abc import Iterator

from policy.model import Fault, Level, Resource, rule
from policy.values import at, is_unknown, members

from .switches import must_be

ACCOUNT = "azure-native:storage:StorageAccount"
CONTAINER = "azure-native:storage:BlobContainer"
BLOBS = "azure-native:storage:BlobServiceProperties"
LIFECYCLE = "azure-native:storage:ManagementPolicy"
_TLS = ("TLS1_2", "TLS1_3")


@rule(
    "storage-shared-keys-off",
    ACCOUNT,
    demand="A storage account accepts no shared keys.",
    remedy="set allowSharedKeyAccess to false; whoever reads or writes gets a role",
)
def shared_keys(resource: Resource) -> Iterator[Fault]:
    """The service's own default is to accept them, so silence is a fault."""
    yield from must_be(resource, "allowSharedKeyAccess", on=False, silence="on")


@rule(
    "storage-public-access-off",
    ACCOUNT,
    demand="No container of a storage account can be made public.",
    remedy="set allowBlobPublicAccess to false",
)
def public_access(resource: Resource) -> Iterator[Fault]:
    """Silence means what Azure's default is on that day."""
    yield from must_be(resource, "allowBlobPublicAccess", on=False)


@rule(
    "storage-tls",
    ACCOUNT,
    demand="A storage account speaks HTTPS only, with TLS 1.2 or newer.",
    remedy="set minimumTlsVersion to TLS1_2 and leave enableHttpsTrafficOnly on",
)
def tls(resource: Resource) -> Iterator[Fault]:
    """Without a minimum the service takes TLS 1.0."""
    value = at(resource.inputs, "minimumTlsVersion")
    if value not in _TLS and not is_unknown(value):
        yield Fault("minimumTlsVersion", str(value) if value else "not set")
    if at(resource.inputs, "enableHttpsTrafficOnly") is False:
        yield Fault("enableHttpsTrafficOnly", "off")


@rule(
    "storage-network-closed",
    ACCOUNT,
    demand="A storage account refuses networks that are not named.",
    remedy="set networkRuleSet.defaultAction to Deny, or publicNetworkAccess to Disabled",
    level=Level.ADVISORY,
)
def network(resource: Resource) -> Iterator[Fault]:
    """Advisory: a pipeline's hosted agents have no network of their own to name."""
    closed = at(resource.inputs, "publicNetworkAccess") == "Disabled"
    action = at(resource.inputs, "networkRuleSet.defaultAction")
    if not closed and action != "Deny" and not is_unknown(action):
        yield Fault("networkRuleSet.defaultAction", str(action) if action else "not set, which means Allow")


@rule(
    "blob-container-private",
    CONTAINER,
    demand="A container is read by nobody without a login.",
    remedy="set publicAccess to None, or leave it out",
)
def container(resource: Resource) -> Iterator[Fault]:
    """Its account forbids it as well; both must go wrong."""
    value = at(resource.inputs, "publicAccess")
    if value not in (None, "None") and not is_unknown(value):
        yield Fault("publicAccess", str(value))


@rule(
    "blobs-recoverable",
    BLOBS,
    demand="Deleted or overwritten blobs can be had back.",
    remedy="set isVersioningEnabled and deleteRetentionPolicy.enabled to true",
)
def recoverable(resource: Resource) -> Iterator[Fault]:
    """A published model must survive a mistaken command."""
    for path in ("isVersioningEnabled", "deleteRetentionPolicy.enabled"):
        yield from must_be(resource, path, on=True, silence="off")


@rule(
    "storage-no-blobs-in-program",
    "azure-native:storage:Blob",
    "azure-native:storage:StorageAccountStaticWebsite",
    demand="The program declares no blob: that would need the account's key.",
    remedy="upload with a command that signs in with a role, such as `delivery model publish`",
)
def data_plane(_resource: Resource) -> Iterator[Fault]:
    """The provider writes blobs with listKeys, which an account without shared keys refuses."""
    yield Fault("", "a blob declared in the program")


@rule(
    "storage-local-users-off",
    ACCOUNT,
    demand="A storage account has no users of its own, and speaks no SFTP.",
    remedy="set isSftpEnabled and isLocalUserEnabled to false; readers and writers get roles",
)
def local_users(resource: Resource) -> Iterator[Fault]:
    """Their passwords and keys go around Entra."""
    for path in ("isSftpEnabled", "isLocalUserEnabled"):
        if at(resource.inputs, path) is True:
            yield Fault(path, "on")


@rule(
    "lifecycle-keeps-models",
    LIFECYCLE,
    demand="No lifecycle rule deletes current blobs.",
    remedy="leave actions.baseBlob.delete out; previous versions may be deleted",
)
def lifecycle(resource: Resource) -> Iterator[Fault]:
    """A published model is a current blob, however old it is."""
    for position, found in enumerate(members(at(resource.inputs, "policy.rules"))):
        path = "definition.actions.baseBlob.delete"
        if (action := at(found, path)) is not None and not is_unknown(action):
            yield Fault(f"policy.rules[{position}].{path}", str(action))


RULES = (
    shared_keys,
    public_access,
    tls,
    network,
    container,
    recoverable,
    data_plane,
    local_users,
    lifecycle,
)
