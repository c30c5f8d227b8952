"""Credentials of a push, read at push time from Azure's own login or from what `docker login` left, and never kept."""

import base64
import binascii
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from delivery.failure import FailureError

_AZURE_SUFFIXES = (".azurecr.io", ".azurecr.us", ".azurecr.cn")
# What a credential helper says instead of a name where its password is a token.
_TOKEN_USER = "<token>"  # noqa: S105  # a marker, not a secret
_SECONDS = 120


@dataclass(frozen=True)
class Credentials:
    """A name and a password, or an identity token, which stands alone."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)


def find(host: str) -> Credentials | None:
    """Return the credentials for a registry, None without a login. Raises FailureError where a login is broken."""
    if host.endswith(_AZURE_SUFFIXES) and shutil.which("az"):
        try:
            return _azure(host)
        except FailureError:
            if stored := _stored(host):
                return stored
            raise
    return _stored(host)


def remedy(host: str) -> str:
    """Return the instruction by which a person gets access to a registry."""
    if host.endswith(_AZURE_SUFFIXES):
        return (
            f"log in with az login and have the role AcrPush on the registry (Container Registry Repository Writer "
            f"where it uses ABAC), or docker login {host}"
        )
    return f"docker login {host}, with an account that may push there"


def _azure(host: str) -> Credentials:
    """A token for Azure Container Registry by the Azure CLI's login, good for some hours."""
    # A registry whose login server carries a hash of its scope is still called by what stands before the hyphen.
    name = host.partition(".")[0].partition("-")[0]
    command = ["az", "acr", "login", "--name", name, "--expose-token", "--only-show-errors", "--output", "json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FailureError(f"az acr login --name {name}: {error}") from None
    if done.returncode:
        said = " ".join(done.stderr.split())[-400:]
        raise FailureError(f"az acr login --name {name}: {said}\n{remedy(host)}")
    try:
        return Credentials(identity_token=str(json.loads(done.stdout)["accessToken"]))
    except (ValueError, KeyError, TypeError):
        raise FailureError(f"az acr login --name {name}: gave no token; update the Azure CLI: az upgrade") from None


def _stored(host: str) -> Credentials | None:
    """Return the credentials that `docker login` left, None without any. Raises FailureError where they are broken.

    They are in the system's keyring, which a helper reads, or in Docker's configuration.
    """
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        configuration: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise FailureError(f"{folder / 'config.json'}: cannot be read: {error}") from None
    helper = _mapping(configuration, "credHelpers").get(host) or configuration.get("credsStore")
    if helper and (found := _from_helper(str(helper), host)):
        return found
    entry = _mapping(configuration, "auths").get(host)
    return _from_entry(entry, folder) if isinstance(entry, dict) else None


def _from_helper(helper: str, host: str) -> Credentials | None:
    command = [f"docker-credential-{helper}", "get"]
    try:
        done = subprocess.run(command, input=host, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FailureError(f"{command[0]}: cannot be asked for {host}: {error}") from None
    if done.returncode:
        return None  # which is how a helper says that it has none
    try:
        said = json.loads(done.stdout)
        name, secret = str(said["Username"]), str(said["Secret"])
    except (ValueError, KeyError, TypeError):
        raise FailureError(f"{command[0]}: gave no credentials that can be read for {host}") from None
    return Credentials(identity_token=secret) if name == _TOKEN_USER else Credentials(name, secret)


def _from_entry(entry: Mapping[str, Any], folder: Path) -> Credentials | None:
    if token := entry.get("identitytoken"):
        return Credentials(identity_token=str(token))
    if not entry.get("auth"):
        return None
    try:
        name, _, password = base64.b64decode(str(entry["auth"]), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise FailureError(f"{folder / 'config.json'}: holds an entry that is no login; docker login anew") from None
    return Credentials(name, password)


def _mapping(configuration: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = configuration.get(name)
    return value if isinstance(value, dict) else {}
