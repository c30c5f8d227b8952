"""Proof that the gateway asks of callers."""

from typing import Any

import pulumi

from slipway.config.callers import Callers
from slipway.manifests.metadata import metadata
from slipway.naming import Naming

from .custom import ENVOY_API, Custom, target
from .routes import app_route_name

API_KEY_HEADER = "x-api-key"
"""The header that carries a caller's key."""

_PROVIDER = "callers"
_ENTRA = "https://login.microsoftonline.com"


def known_callers(naming: Naming, config: Callers, *, tenant: str, namespace: pulumi.Input[str]) -> Custom:
    """Known callers alone get through the app's route; redirects and the certificate's authority stay as they are.

    `tenant` is the environment's own, for tokens where config names no other.
    """
    proof = _tokens(config, config.tenant or tenant) if config.kind == "entra" else _keys(config)
    return Custom(
        api_version=ENVOY_API,
        kind="SecurityPolicy",
        metadata=metadata(naming, namespace=namespace, name=naming.workload),
        spec={"targetRefs": [target("HTTPRoute", app_route_name(naming))], **proof},
    )


def _tokens(config: Callers, tenant: str) -> dict[str, Any]:
    """A forged token, or one for another audience, is 401; one without the role is 403."""
    provider = {
        "name": _PROVIDER,
        "issuer": config.issuer or f"{_ENTRA}/{tenant}/v2.0",
        "audiences": list(config.audiences),
        "remoteJWKS": {"uri": config.keys or f"{_ENTRA}/{tenant}/discovery/v2.0/keys"},
    }
    roles = {"name": "roles", "valueType": "StringArray", "values": list(config.roles)}
    allowed = {
        "name": "roles",
        "action": "Allow",
        "principal": {"jwt": {"provider": _PROVIDER, "claims": [roles]}},
    }
    return {"jwt": {"providers": [provider]}, "authorization": {"defaultAction": "Deny", "rules": [allowed]}}


def _keys(config: Callers) -> dict[str, Any]:
    """The app never sees a key: the gateway takes it off."""
    secret = {"group": "", "kind": "Secret", "name": config.secret}
    return {
        "apiKeyAuth": {
            "credentialRefs": [secret],
            "extractFrom": [{"headers": [API_KEY_HEADER]}],
            "sanitize": True,
        }
    }
