"""Place of the state: account, containers and key that all environments of a chain share."""

import re
from dataclasses import dataclass, replace

from delivery.failure import FailureError
from delivery.preview.project import Project
from delivery.stack_config import read_stack
from slipway.azure_pipelines import backend_url, releases_url
from slipway.config.pipelines import State

GROUP = "rg-slipway-state"
CONTAINER = "state"
KEY = "state"

_KEY_ID = re.compile(
    r"/subscriptions/(?P<subscription>[0-9a-fA-F-]{36})/resourceGroups/(?P<group>[^/]+)"
    r"/providers/Microsoft\.KeyVault/vaults/(?P<vault>[^/]+)/keys/(?P<name>[^/]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Key:
    """The key that encrypts the secrets of the state. `subscription` is empty for the one of the login."""

    subscription: str
    group: str
    vault: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """`subscription` is empty for the one of the login."""

    subscription: str
    group: str
    account: str
    container: str
    releases: str
    location: str
    key: Key

    @property
    def backend(self) -> str:
        """The state backend as Pulumi takes it."""
        return backend_url(self.account, self.container)

    @property
    def store(self) -> str:
        """The release store."""
        return releases_url(self.account, self.releases)


def account_name(suffix: str) -> str:
    """Return the name of the state account, unique in all of Azure by the suffix."""
    return f"stslipwaystate{suffix}"


def vault_name(suffix: str) -> str:
    """Return the name of the vault, unique in all of Azure by the suffix."""
    return f"kv-slipway-{suffix}"


def key_id(subscription: str, suffix: str) -> str:
    """Return the resource id of the key as `slipway:pipelines.state.secretsKey` holds it."""
    key = Key(subscription=subscription, group=GROUP, vault=vault_name(suffix), name=KEY)
    return id_of(key, subscription)


def id_of(key: Key, subscription: str) -> str:
    """Return the resource id of a key, in `subscription` where the key names none."""
    return f"{vault_id(key, subscription)}/keys/{key.name}"


def vault_id(key: Key, subscription: str) -> str:
    """Return the resource id of a key's vault, in `subscription` where the key names none."""
    group = f"/subscriptions/{key.subscription or subscription}/resourceGroups/{key.group}"
    return f"{group}/providers/Microsoft.KeyVault/vaults/{key.vault}"


def account_id(place: Place, subscription: str) -> str:
    """Return the resource id of the state account, in `subscription` where the place names none."""
    group = f"/subscriptions/{place.subscription or subscription}/resourceGroups/{place.group}"
    return f"{group}/providers/Microsoft.Storage/storageAccounts/{place.account}"


def find_place(project: Project, stack: str) -> Place:
    """Return the place of a stack's state: what its file says, else what the chain's first file says, else defaults.

    Raises FailureError where it is another than that of an earlier environment.
    """
    config = read_stack(project, stack)
    earlier = config.environment.promotes_from
    before = find_place(project, earlier) if earlier else None
    own = config.pipelines.state if config.pipelines else None
    if own is None:
        return before or _default(config.environment.suffix, config.environment.location)
    found = _given(stack, own, before or _default(config.environment.suffix, config.environment.location))
    if before and earlier:
        _compare(stack, found, earlier, before)
    return found


def _default(suffix: str, location: str) -> Place:
    return Place(
        subscription="",
        group=GROUP,
        account=account_name(suffix),
        container=CONTAINER,
        releases=State.model_fields["releases"].default,
        location=location,
        key=Key(subscription="", group=GROUP, vault=vault_name(suffix), name=KEY),
    )


def _given(stack: str, state: State, rest: Place) -> Place:
    subscription = state.subscription_id or ""
    key = _key(stack, state.secrets_key) if state.secrets_key else replace(rest.key, group=state.resource_group)
    if not state.secrets_key and not key.subscription:
        key = replace(key, subscription=subscription)
    return Place(
        subscription=subscription,
        group=state.resource_group,
        account=state.account,
        container=state.container,
        releases=state.releases,
        location=rest.location,
        key=key,
    )


def _key(stack: str, text: str) -> Key:
    found = _KEY_ID.fullmatch(text)
    if found is None:
        raise FailureError(
            f"Pulumi.{stack}.yaml: slipway:pipelines.state.secretsKey: found {text}, allowed: a key's resource id, "
            "/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.KeyVault/vaults/<vault>/keys/<key>"
        )
    return Key(**found.groupdict())


def _compare(stack: str, found: Place, earlier: str, before: Place) -> None:
    """Raise FailureError where two environments of a chain keep their state apart: the later reads the earlier's."""
    for key, one, other in (
        ("account", found.account, before.account),
        ("container", found.container, before.container),
        ("resourceGroup", found.group, before.group),
        ("releases", found.releases, before.releases),
    ):
        if one != other:
            raise FailureError(
                f"Pulumi.{stack}.yaml: slipway:pipelines.state.{key}: found {one}, allowed: {other}, as in "
                f"Pulumi.{earlier}.yaml: {stack} reads what {earlier} keeps there"
            )
