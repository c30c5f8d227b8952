"""No secret of the input reaches any form, however it is marked and wherever it is repeated."""

import base64
import json
from html import escape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.preview.compare import compare
from delivery.preview.engine_json import parse
from delivery.preview.report import report
from delivery.preview.secrets import SIGNATURE, hide, hide_inputs, hide_text
from delivery.preview.states import parse as parse_state
from delivery.preview.values import is_secret
from tests.delivery.preview.day import TODAY
from tests.delivery.preview.everyform import every_form

Document = dict[str, Any]

_MARK = "1b47061264138c4ac30d75fd1eb44270"
_NAMES = ("password", "clientSecret", "apiKey", "connectionString", "kubeconfig", "sharedKey", "access_token", "PAT")
_SECRETS = st.text(st.sampled_from("abcdefgXYZ0123456789<>&\"'`|*_ é"), min_size=9, max_size=40).map(
    lambda text: f"s3{text.strip()}Q9"
)


LOOKS = (
    "--password=hunter2",
    "psql --password hunter2 -h x",
    "curl -H 'Authorization: Bearer abcdefghijklmnop1234567890'",
    "API_KEY=abcdef",
    "AZDO_PAT=abcdef",
    "q3x7kz5m2a6w4n7r2t2v2b3c5d7f2g2h2j4k6l2m2n2p4q6r2s2t"[:52],
    "A" * 76 + "AZDO" + "1234",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".replace("EXAMPLE", "9XAMP2E"),
    "https://hooks.example.com/alert?code=abcdefghijklmnop1234567890==",
    "https://hooks.slack.com/services/T0000000/B0000000/abcdefghijklmnopqrstuvwx",
    "https://contoso.webhook.office.com/webhookb2/1111-2222",
    "https://x.logic.azure.com/invoke?sp=x&sig=abcdefghijklmnop",
    "sk-proj-abcdefghijklmnopqrstuvwxyz",
    "InstrumentationKey=11111111-2222-3333-4444-555555555555;IngestionEndpoint=https://x",
    "//registry.npmjs.org/:_authToken=npm_abcdefghijklmnopqrstuvwxyz0123456789",
    "xoxb-123456789012-abcdefghijkl",
    "abc8Q~" + "d" * 34,
)
"""One of each kind that is found by its look."""


def marked(secret: str, form: int) -> Document:
    """A secret as the engine marks it: in clear, as JSON text, or inside of something."""
    values: list[Document] = [
        {"value": secret},
        {"plaintext": json.dumps(secret)},
        {"plaintext": secret},
        {"value": {"inner": [secret, 7]}},
        {"plaintext": json.dumps({"inner": secret})},
    ]
    return {SIGNATURE: _MARK, **values[form % len(values)]}


@st.composite
def documents(draw: st.DrawFn) -> tuple[Document, list[str]]:
    """An engine's preview, and the secrets in it: marked ones with echoes, and ones that only their name tells."""
    secrets = draw(st.lists(_SECRETS, min_size=2, max_size=5, unique=True))
    told, named = secrets[:-1], secrets[-1:]
    steps = []
    for number in range(draw(st.integers(1, 4))):
        sides = []
        for side in (0, 1):
            echo = draw(st.sampled_from(told))
            inputs: Document = {
                "marked": marked(draw(st.sampled_from(told)), draw(st.integers(0, 4))),
                "list": [{"name": "A", "value": marked(draw(st.sampled_from(told)), side)}],
                "description": f"uses {echo} to sign in",
                f"key {echo}": side,
                "encoded": base64.b64encode(echo.encode()).decode(),
                "env": [{"name": draw(st.sampled_from(("API_KEY", "DB_PASSWORD"))), "value": named[0]}],
                "deep": {draw(st.sampled_from(_NAMES)): named[0], "tags": {"note": f"{side}{echo}"}},
            }
            sides.append({"type": "x:y:Z", "custom": True, "inputs": inputs, "outputs": {"shown": echo}})
        echoed = draw(st.sampled_from(["plain", *told])).replace("::", "")
        operation = draw(st.sampled_from(["create", "update", "replace", "delete", "same", "strange"]))
        detail = {"outside": {"kind": "update-replace", "inputDiff": False}}
        step = {"op": operation, "urn": f"urn:pulumi:dev::p::x:y:Z::{echoed}-{number}", "detailedDiff": detail}
        step |= {} if operation == "create" else {"oldState": sides[0]}
        step |= {} if operation == "delete" else {"newState": sides[1]}
        steps.append(step)
    outputs = {"first": {"token": named[0], "url": f"https://u:{told[0]}@h/"}, "second": {"url": told[0]}}
    every = {"marked": [marked(secret, draw(st.integers(0, 4))) for secret in told]}
    stack = [
        {"type": "pulumi:pulumi:Stack", "custom": False, "inputs": every, "outputs": outputs[side]} for side in outputs
    ]
    steps.append(
        {
            "op": "same",
            "urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev",
            "oldState": stack[0],
            "newState": stack[1],
        }
    )
    diagnostics = [{"severity": "error", "message": f"error: cannot sign in with {told[0]}"}]
    return {"steps": steps, "diagnostics": diagnostics}, secrets


@given(documents())
@settings(max_examples=60)
def test_no_secret_reaches_any_form(drawn: tuple[Document, list[str]]) -> None:
    document, secrets = drawn
    shown = report(parse(json.dumps(document).encode(), "test"), TODAY)

    for form, text in every_form(shown).items():
        for secret in secrets:
            for spelling in {
                secret,
                escape(secret),
                json.dumps(secret)[1:-1],
                base64.b64encode(secret.encode()).decode(),
            }:
                assert spelling not in text, (form, secret)


@given(_SECRETS, st.sampled_from(_NAMES))
@settings(max_examples=40)
def test_a_rendered_state_with_a_secret_in_clear_shows_it_nowhere_and_breaks_the_policy(secret: str, name: str) -> None:
    def state(value: str) -> bytes:
        resource = {"type": "x:y:Z", "name": "z", "parent": None, "inputs": {"deep": {name: value}}, "options": {}}
        return json.dumps(
            {"format": 1, "project": "p", "stack": "s", "resources": [resource], "outputs": {name: value}}
        ).encode()

    sides = [parse_state(state(value), "test") for value in (secret, f"{secret}!")]
    shown = report(compare(sides[0], sides[1], "test"), TODAY)

    assert [found.secret for item in shown.items for found in item.differences] == [True]
    assert [breach.rule for breach in shown.violations] == ["no-plain-secrets"]
    assert all(secret not in text and escape(secret) not in text for text in every_form(shown).values())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("adminPassword", "x"),
        ("DB_PASSWORD", "x"),
        ("primary_key_secret", "x"),
        ("storage-account-key", "x"),
        ("AccessKey", "x"),
        ("client-key-data", "x"),
        ("url", "https://user:pass@host/"),
        ("anything", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=abc=="),
        ("anything", "https://a.blob.core.windows.net/c?sv=1&sig=abcdefghijklmnopqrst%3D"),
        ("anything", "-----BEGIN RSA PRIVATE KEY-----\nabc"),
        ("anything", "ghp_abcdefghijklmnopqrstuvwxyz"),
        ("anything", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc"),
        ("AZDO_PAT", "x"),
        ("azdoPat", "x"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        *((("anything"), text) for text in LOOKS),
    ],
)
def test_a_name_or_a_look_gives_a_secret_away(name: str, value: str) -> None:
    assert is_secret(hide(name, value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("automountServiceAccountToken", False),
        ("secretName", "tls"),
        ("tokenExpirationSeconds", 3600),
        ("keyVaultUri", "https://v.vault.azure.net/"),
        ("password", "${vault.secret}"),
        ("compat", "v1"),
        ("url", "https://host:8080/path"),
        ("image", "registry.io/app@sha256:" + "0" * 64),
        ("commit", "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"),
        ("principalId", "5b6f0d3e-9c1a-4e57-8f2d-0a4c6b8e1d37"),
        ("scope", "/subscriptions/1111/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st"),
        (
            "clusterCredentialsCommand",
            "az aks get-credentials --resource-group rg && kubelogin convert-kubeconfig -l x",
        ),
        ("k../../etc/passwd", "x"),
        ("SLIPWAY_PATH", "x"),
        ("publicKey", "AAAA"),
        ("args", ["--token-file=/run/token", "--patience", "--no-password"]),
    ],
)
def test_what_only_sounds_like_a_secret_stays_readable(name: str, value: object) -> None:
    assert hide(name, value) == value


def test_the_argument_after_a_flag_of_a_secret_is_hidden() -> None:
    assert hide("args", ["--password", "hunter2", "--user", "me"]) == ["--password", "[secret]", "--user", "me"]


@pytest.mark.parametrize("text", LOOKS)
def test_what_looks_like_a_secret_is_in_no_form(text: str) -> None:
    def state(value: str) -> bytes:
        container = {"name": "c", "args": [value], "env": [{"name": "A", "value": value}]}
        inputs = {"spec": {"template": {"spec": {"containers": [container]}}}, "tags": {"note": value}}
        kind = "kubernetes:apps/v1:Deployment"
        one = {"type": kind, "name": "z", "parent": None, "inputs": inputs, "options": {}}
        whole = {"format": 1, "project": "p", "stack": "s", "resources": [one], "outputs": {"a": value}}
        return json.dumps(whole).encode()

    before, after = (parse_state(state(value), "test") for value in ("plain", text))
    shown = report(compare(before, after, "test"), TODAY)

    assert "no-plain-secrets" in [breach.rule for breach in shown.violations]
    for form, printed in every_form(shown).items():
        assert text not in printed, form
        assert escape(text) not in printed, form


def test_values_of_a_kubernetes_secret_are_hidden_and_their_names_are_not() -> None:
    hidden = hide_inputs("kubernetes:core/v1:Secret", {"stringData": {"user": "me"}, "data": {"user": "bWU="}})

    assert hidden == {"stringData": {"user": "[secret]"}, "data": {"user": "[secret]"}}


def test_a_diagnostic_that_quotes_a_key_is_hidden() -> None:
    assert hide_text("cannot open https://a/?x=1&sig=abcdefghijklmnopqrst") == "[secret]"
    assert hide_text("cannot open https://a/") == "cannot open https://a/"
