"""The proof that the smoke test shows where the gateway lets known callers in only."""

import json
from collections.abc import Mapping
from typing import Any

from delivery.failure import UsageError
from delivery.service.remote import Header

from .command import Command, CommandError

_OPTIONS = ("--only-show-errors", "--output", "json")
_MISSING = "install the Azure CLI, and log in: az login"
_REFUSED = "docs/how-to/limit-and-know-callers.md gives the login of az what it may lack"


def find_proof(outputs: Mapping[str, Any], header: str) -> tuple[Header, ...]:
    """Return `header`, else what the stack's gateway asks for, through the Azure CLI's login; empty where it is open.

    Raises UsageError for a header that is none, CommandError where the login gets neither token nor key.
    """
    if header:
        return (_parsed(header),)
    if audience := outputs.get("callersAudience"):
        token = _asked("account", "get-access-token", "--resource", str(audience), "--query", "accessToken")
        return (("Authorization", f"Bearer {token}"),)
    if secret := outputs.get("callersReleaseKey"):
        return (("x-api-key", _asked("keyvault", "secret", "show", "--id", str(secret), "--query", "value")),)
    return ()


def _asked(*arguments: str) -> str:
    try:
        return str(json.loads(Command("az", _MISSING).run(*arguments, *_OPTIONS, seconds=60)))
    except CommandError as error:
        raise CommandError(f"{error}\n{_REFUSED}") from None


def _parsed(header: str) -> Header:
    name, colon, value = header.partition(":")
    if not colon or not name.strip() or not value.strip():
        raise UsageError("--header: found no name and value, allowed: 'x-api-key: ...' or 'Authorization: Bearer ...'")
    return name.strip(), value.strip()
