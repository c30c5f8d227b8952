"""The kubeconfig: it holds nothing secret, asks nobody, and leads to one cluster."""

import base64
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from slipway import kubeconfig
from slipway.config.cluster import LoginMode
from slipway.kubeconfig import CredentialError

ENDPOINT = {"server": "https://aks-scoring-dev-weu.hcp.westeurope.azmk8s.io:443", "certificate-authority-data": "Q0E="}

HANDED_OUT = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{"name": "theirs", "cluster": ENDPOINT}],
    "contexts": [{"name": "theirs", "context": {"cluster": "theirs", "user": "clusterUser"}}],
    "current-context": "theirs",
    "users": [
        {
            "name": "clusterUser",
            "user": {
                "token": "opens-everything",
                "client-certificate-data": "Y2VydA==",
                "client-key-data": "a2V5",
                "exec": {"command": "kubelogin", "args": ["get-token", "--login", "devicecode"]},
            },
        }
    ],
}
"""What Azure returns, and worse."""


def credential(config: object) -> str:
    return base64.b64encode(yaml.safe_dump(config).encode()).decode()


def read(login: str = "azurecli", config: object = HANDED_OUT) -> dict[str, Any]:
    text = kubeconfig.from_credential(credential(config), name="aks-scoring-dev-weu", login=login, tenant_id="tenant")
    found = yaml.safe_load(text)
    assert isinstance(found, dict)
    return found


def test_only_server_and_certificate_authority_are_taken_over() -> None:
    assert read()["clusters"] == [{"name": "aks-scoring-dev-weu", "cluster": ENDPOINT}]


@pytest.mark.parametrize("forbidden", ["opens-everything", "devicecode", "client-key-data", "client-certificate-data"])
def test_no_credential_and_no_question_to_a_person_is_left(forbidden: str) -> None:
    assert forbidden in yaml.safe_dump(HANDED_OUT)
    assert forbidden not in yaml.safe_dump(read())


@pytest.mark.parametrize("login", LoginMode)
def test_kubelogin_gets_a_token_at_each_call_and_never_asks(login: str) -> None:
    (user,) = read(login)["users"]

    assert user["user"].keys() == {"exec"}
    assert user["user"]["exec"] | {"installHint": ""} == {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "kubelogin",
        "args": [
            "get-token",
            "--login",
            login,
            "--server-id",
            "6dae42f8-4368-4678-94ff-3960e28e3630",
            "--tenant-id",
            "tenant",
        ],
        "interactiveMode": "Never",
        "provideClusterInfo": False,
        "installHint": "",
    }


def test_a_machine_without_kubelogin_is_told_how_to_get_it() -> None:
    assert "az aks install-cli" in read()["users"][0]["user"]["exec"]["installHint"]


def test_its_one_context_is_the_current_one() -> None:
    config = read()

    assert config["current-context"] == "aks-scoring-dev-weu"
    assert config["contexts"] == [
        {"name": "aks-scoring-dev-weu", "context": {"cluster": "aks-scoring-dev-weu", "user": "entra"}}
    ]


def test_the_same_facts_make_the_same_text() -> None:
    texts = {yaml.safe_dump(read()) for _ in range(3)}

    assert len(texts) == 1


@pytest.mark.parametrize(
    "value",
    [
        "",
        "no base64!",
        base64.b64encode(b"\xff\xfe").decode(),
        base64.b64encode(b"[1, 2").decode(),
        credential({}),
        credential({"clusters": []}),
        credential({"clusters": [{"cluster": {"server": "https://a"}}]}),
        credential("text"),
        yaml.safe_dump(HANDED_OUT),
    ],
)
def test_what_is_no_credential_is_said_to_be_none(value: str) -> None:
    with pytest.raises(CredentialError, match="found no kubeconfig in it, expected base64 of one with a server"):
        kubeconfig.from_credential(value, name="aks", login="azurecli", tenant_id="tenant")


@given(st.text() | st.binary().map(base64.b64encode).map(bytes.decode))
def test_any_text_is_a_credential_or_said_to_be_none(value: str) -> None:
    with pytest.raises(CredentialError):
        kubeconfig.from_credential(value, name="aks", login="azurecli", tenant_id="tenant")
