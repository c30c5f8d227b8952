"""Kubeconfig that holds nothing secret and asks no person anything.

Azure's own kubeconfig logs in by device code, which in a pipeline waits for a person that is not there. Of it only the
server and its certificate authority are taken; who logs in is kubelogin's matter at each call. So nothing in the state
can expire, and nothing in it opens the cluster.
"""

import base64
import json
from collections.abc import Mapping

import yaml

AKS_SERVER_ID = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""Entra's id of the API servers of all AKS clusters, in every tenant (learn.microsoft.com, "Use kubelogin")."""

_HINT = "kubelogin is missing: `az aks install-cli`, or github.com/Azure/kubelogin. `slipway doctor` checks it."


class CredentialError(Exception):
    """Credential from Azure that is no kubeconfig."""


def from_credential(value: str, *, name: str, login: str, tenant_id: str) -> str:
    """The kubeconfig for the cluster of a credential.

    `value` is base64 of a kubeconfig, as listManagedClusterUserCredentials returns it; `name` is what contexts call the
    cluster; `login` is one of kubelogin's modes. CredentialError if `value` has no server or no certificate authority.
    """
    return built(_endpoint(value), name=name, login=login, tenant_id=tenant_id)


def built(endpoint: Mapping[str, str], *, name: str, login: str, tenant_id: str) -> str:
    """The kubeconfig for an API server: `endpoint` is a kubeconfig's `cluster` object."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": dict(endpoint)}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": "entra"}}],
        "current-context": name,
        "users": [{"name": "entra", "user": {"exec": _kubelogin(login, tenant_id)}}],
    }
    return json.dumps(config)  # which is YAML as well


def _kubelogin(login: str, tenant_id: str) -> dict[str, object]:
    """Kubelogin reads AAD_LOGIN_METHOD after its arguments, so a pipeline logs in its own way with the same kubeconfig.

    Two kubeconfigs, one for people and one for pipelines, would take turns in the state and in every preview.
    """
    arguments = {"--login": str(login), "--server-id": AKS_SERVER_ID, "--tenant-id": tenant_id}
    return {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "kubelogin",
        "args": ["get-token", *(part for pair in arguments.items() for part in pair)],
        "interactiveMode": "Never",
        "provideClusterInfo": False,
        "installHint": _HINT,
    }


def _endpoint(value: str) -> dict[str, str]:
    try:
        handed_out = yaml.safe_load(base64.b64decode(value, validate=True))
        cluster = handed_out["clusters"][0]["cluster"]
        return {key: str(cluster[key]) for key in ("server", "certificate-authority-data")}
    except (ValueError, yaml.YAMLError, KeyError, IndexError, TypeError):  # base64's own error is a ValueError
        raise CredentialError(
            "Azure's user credential of the cluster: found no kubeconfig in it, expected base64 of one with a server "
            "and its certificate authority"
        ) from None
