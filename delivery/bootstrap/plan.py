"""The steps of an environment's bootstrap: pure computation on its stack file and those before it."""

import json
from collections.abc import Iterator

from delivery.doctor.azure import PROVIDERS
from slipway.config.stack import StackConfig

from .place import Place, account_id, vault_id
from .step import SUBSCRIPTION, USER, Step, Words

ENCRYPTION = "Microsoft.Compute/EncryptionAtHost"
BLOB_ROLE = "Storage Blob Data Contributor"
KEY_ROLE = "Key Vault Crypto Officer"
KEY_API = "2024-11-01"
"""Version of Key Vault's management interface, as the provider uses it."""
_KEPT = "deleteRetentionPolicy.enabled && containerDeleteRetentionPolicy.enabled"
_DAYS = "30"
"""Days in which a state that was overwritten or removed can be taken back."""


def plan(config: StackConfig, place: Place) -> list[Step]:
    """Return the steps in their order."""
    return [
        *_providers(config, place),
        *_features(config),
        *_account(place),
        *_vault(place),
        _membership(config),
    ]


def providers(config: StackConfig) -> list[str]:
    """Return the resource providers that an environment's `pulumi up` and its state need."""
    security = config.cluster.security
    more = ["Microsoft.KeyVault"]
    more += ["Microsoft.PolicyInsights"] if security.azure_policy else []
    more += ["Microsoft.Security"] if security.defender else []
    return sorted([*PROVIDERS, *more])


def _providers(config: StackConfig, place: Place) -> Iterator[Step]:
    for name in providers(config):
        yield _provider(name, "")
    for subscription in sorted({place.subscription, place.key.subscription} - {""}):
        for name in ("Microsoft.KeyVault", "Microsoft.Storage"):
            yield _provider(name, subscription)


def _provider(name: str, subscription: str) -> Step:
    where = _in(subscription)
    return Step(
        name=_provider_name(name, subscription),
        why="a new subscription knows no service until it is registered",
        look=("provider", "list", *where, "--query", "[?registrationState=='Registered'].namespace"),
        wanted=(name,),
        make=(("provider", "register", "--namespace", name, *where),),
        settles=True,
    )


def _provider_name(name: str, subscription: str) -> str:
    return f"provider {name}{f' of {subscription}' if subscription else ''}"


def _features(config: StackConfig) -> Iterator[Step]:
    if not config.cluster.security.host_encryption:
        return
    namespace, _, name = ENCRYPTION.partition("/")
    yield Step(
        name=f"feature {name}",
        why="slipway:cluster.security.hostEncryption: Azure takes a quarter of an hour to register it",
        look=("feature", "list", "--namespace", namespace, "--query", "[?properties.state=='Registered'].name"),
        wanted=(ENCRYPTION,),
        make=(("feature", "register", "--namespace", namespace, "--name", name),),
        needs=(_provider_name(namespace, ""),),
        settles=True,
        then=(("provider", "register", "--namespace", namespace, "--wait"),),
    )


def _group(name: str, location: str, subscription: str, why: str) -> Step:
    where = _in(subscription)
    return Step(
        name=f"resource group {name}",
        why=why,
        look=("group", "list", *where, "--query", "[].name"),
        wanted=(name,),
        make=(("group", "create", "--name", name, "--location", location, *where),),
    )


def _account(place: Place) -> Iterator[Step]:
    where = ("--resource-group", place.group, *_in(place.subscription))
    group, account = f"resource group {place.group}", f"storage account {place.account}"
    yield _group(place.group, place.location, place.subscription, "what no stack owns, and no stack deletes")
    yield Step(
        name=account,
        why="state and releases; shared keys are off, so that Entra alone lets in",
        look=("storage", "account", "list", *_in(place.subscription), "--query", "[].name"),
        wanted=(place.account,),
        make=(
            (
                *("storage", "account", "create", "--name", place.account, *where, "--location", place.location),
                *("--sku", "Standard_ZRS", "--kind", "StorageV2", "--min-tls-version", "TLS1_2"),
                *("--allow-shared-key-access", "false", "--allow-blob-public-access", "false"),
            ),
        ),
        needs=(group, _provider_name("Microsoft.Storage", place.subscription)),
    )
    yield Step(
        name="versions and soft delete",
        why="bring back a state that was overwritten or removed",
        look=(
            *("storage", "account", "blob-service-properties", "show", "--account-name", place.account, *where),
            *(
                "--query",
                "[isVersioningEnabled && deleteRetentionPolicy.enabled && containerDeleteRetentionPolicy.enabled]",
            ),
        ),
        wanted=("true",),
        make=(
            (
                *("storage", "account", "blob-service-properties", "update", "--account-name", place.account, *where),
                *("--enable-versioning", "true", "--enable-delete-retention", "true"),
                *("--delete-retention-days", _DAYS, "--enable-container-delete-retention", "true"),
                *("--container-delete-retention-days", _DAYS),
            ),
        ),
        needs=(account,),
    )
    for container, why in ((place.container, "the state of every stack"), (place.releases, "releases, deployments")):
        account_where = ("--storage-account", place.account, *where)
        yield Step(
            name=f"container {container}",
            why=why,
            look=("storage", "container-rm", "list", *account_where, "--query", "[].name"),
            wanted=(container,),
            make=(("storage", "container-rm", "create", "--name", container, *account_where),),
            needs=(account,),
        )
    yield _role(BLOB_ROLE, account_id(place, SUBSCRIPTION), "reading and writing state and releases", account)


def _vault(place: Place) -> Iterator[Step]:
    key = place.key
    where = ("--resource-group", key.group, *_in(key.subscription))
    vault = f"vault {key.vault}"
    if (key.group, key.subscription) != (place.group, place.subscription):
        yield _group(key.group, place.location, key.subscription, "the key's own")
    yield Step(
        name=vault,
        why="people and pipelines open the state without a passphrase",
        look=("keyvault", "list", *_in(key.subscription), "--query", "[].name"),
        wanted=(key.vault,),
        make=(
            (
                *("keyvault", "create", "--name", key.vault, *where, "--location", place.location),
                *("--enable-rbac-authorization", "true", "--enable-purge-protection", "true"),
            ),
        ),
        needs=(f"resource group {key.group}", _provider_name("Microsoft.KeyVault", key.subscription)),
    )
    yield _role(KEY_ROLE, vault_id(key, SUBSCRIPTION), "using and rotating the key", vault)
    keys = f"{vault_id(key, SUBSCRIPTION)}/keys"
    body = json.dumps({"properties": {"kty": "RSA", "keySize": 3072}})
    yield Step(
        name=f"key {key.name}",
        why="encrypts the one secret in each state; Azure makes it through the vault's owner, so no role is waited for",
        look=("rest", "--method", "get", "--url", f"{keys}?api-version={KEY_API}", "--query", "value[].name"),
        wanted=(key.name,),
        make=(("rest", "--method", "put", "--url", f"{keys}/{key.name}?api-version={KEY_API}", "--body", body),),
        needs=(vault,),
    )


def _role(role: str, scope: str, why: str, on: str) -> Step:
    return Step(
        name=f"role {role}",
        why=why,
        look=(
            *("role", "assignment", "list", "--assignee-object-id", USER, "--scope", scope),
            *("--include-inherited", "--include-groups", "--query", "[].roleDefinitionName"),
        ),
        wanted=(role,),
        make=(
            (
                *("role", "assignment", "create", "--role", role, "--assignee-object-id", USER),
                *("--assignee-principal-type", "User", "--scope", scope),
            ),
        ),
        needs=(on,),
    )


def _membership(config: StackConfig) -> Step:
    """The owner of a subscription has no right in a cluster: Kubernetes asks for a role that these groups get."""
    admins = config.cluster.access.admins
    return Step(
        name="membership in a group of cluster.access.admins",
        why="putting the app onto the cluster; a new login knows it: az login",
        look=("ad", "user", "get-member-groups", "--id", USER, "--query", "[].id"),
        wanted=tuple(admins),
        make=(("ad", "group", "member", "add", "--group", admins[0], "--member-id", USER),),
    )


def _in(subscription: str) -> Words:
    return ("--subscription", subscription) if subscription else ()
