"""Callers: everybody, or those that prove who they are."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field
from pydantic.alias_generators import to_camel

from .base import Section
from .values import Guid, HttpsUrl, ObjectName
from .words import Matching

Audience = Annotated[str, Matching(r"[A-Za-z0-9._:/-]{1,253}", "an audience, the `aud` of a token, without spaces")]
"""The app registration that a token is meant for: its id, or its address such as api://scoring."""

Role = Annotated[str, Matching(r"[A-Za-z0-9._:-]{1,120}", "an app role's value such as Caller, without spaces")]
"""An app role's value."""


VaultSecret = Annotated[
    str,
    Matching(
        r"https://[a-z0-9-]{3,24}\.vault\.[a-z.]+/secrets/[A-Za-z0-9-]{1,127}",
        "a Key Vault secret such as https://kv-callers.vault.azure.net/secrets/release",
    ),
]
"""A secret of a Key Vault, by its address."""


class Callers(Section):
    """Callers that are let in. The gateway looks at the proof; the app sees requests of known callers only."""

    kind: Literal["open", "entra", "apiKeys"] = "open"
    """open: everybody. entra: holders of a token of Entra ID. apiKeys: holders of a key of `secret`, in x-api-key."""

    tenant: Guid | None = None
    """Entra tenant that issues the tokens. None: the environment's own."""

    audiences: Annotated[tuple[Audience, ...], Field(max_length=8)] = ()
    """With kind entra: the `aud` of a token, one of these."""

    roles: Annotated[tuple[Role, ...], Field(max_length=128)] = ()
    """With kind entra: the `roles` of a token hold one of these. Everybody in a tenant gets a token for an audience, so
    roles tell callers apart."""

    issuer: HttpsUrl | None = None
    """With kind entra: the `iss` of a token, of another OpenID provider than Entra ID."""

    keys: HttpsUrl | None = None
    """With kind entra: where that provider publishes its signing keys."""

    secret: ObjectName | None = None
    """With kind apiKeys: an Opaque Secret in the environment's namespace, one key of a caller under each name."""

    release_key: VaultSecret | None = None
    """With kind apiKeys: the secret of a Key Vault that holds the key of the release pipeline's smoke test."""

    @property
    def entra_audience(self) -> str | None:
        """The audience of a token that the Azure CLI's login can have; None where it can prove nothing."""
        return self.audiences[0] if self.kind == "entra" and self.issuer is None else None


_NEEDED = {"open": (), "entra": ("audiences", "roles"), "apiKeys": ("secret",)}
_ALLOWED = {
    "open": (),
    "entra": ("tenant", "audiences", "roles", "issuer", "keys"),
    "apiKeys": ("secret", "release_key"),
}


def contradictions(callers: Callers) -> Iterator[tuple[str, str, str]]:
    """Yield (path, found, allowed) where keys and kind do not fit."""
    for key in (name for name in Callers.model_fields if name != "kind"):
        given = bool(getattr(callers, key))
        path = f"entry.callers.{to_camel(key)}"
        if given and key not in _ALLOWED[callers.kind]:
            yield path, "a value", f"nothing, because kind is {callers.kind}"
        if not given and key in _NEEDED[callers.kind]:
            yield path, "nothing", f"a value, because kind is {callers.kind}"
    if (callers.issuer is None) != (callers.keys is None):
        missing, present = ("keys", "issuer") if callers.keys is None else ("issuer", "keys")
        yield f"entry.callers.{missing}", "nothing", f"a value, because {present} names another provider"
    if callers.issuer and callers.tenant:
        yield "entry.callers.tenant", callers.tenant, "nothing, because issuer names another provider"
