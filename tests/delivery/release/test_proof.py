"""The smoke test of an environment that lets known callers in only."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from delivery.failure import UsageError
from delivery.release.command import CommandError
from delivery.release.deploy import deploy
from delivery.release.proof import find_proof
from delivery.service.client import ask, await_ready
from delivery.service.remote import Remote

from .world import World

AUDIENCE = {"callersAudience": "api://scoring"}
TOKEN = ("Authorization", "Bearer a-token")


@pytest.fixture
def port() -> Iterator[int]:
    """A service that answers callers with the token, and 401 to others."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.headers["Authorization"] == TOKEN[1] else 401)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def test_every_request_to_a_deployed_service_carries_the_proof(port: int) -> None:
    known = Remote("127.0.0.1", port, proof=(TOKEN,))

    assert ask(known, "GET", "/version").status == 200
    assert await_ready(known, 5) < 5
    assert ask(Remote("127.0.0.1", port), "GET", "/version").status == 401


def test_no_message_shows_the_proof() -> None:
    assert "a-token" not in f"{Remote('host', 443, proof=(TOKEN,))!r}"


def test_open_callers_need_no_proof() -> None:
    assert find_proof({}, "") == ()


def test_a_token_for_the_stacks_audience_comes_from_the_login_of_az(prod: World) -> None:
    prod.engine.change(az={"account get-access-token --resource": "a-token"})

    assert find_proof(AUDIENCE, "") == (TOKEN,)
    assert prod.engine.calls[-1].startswith("az account get-access-token --resource api://scoring")


def test_a_key_comes_from_the_vault_that_the_stack_names(prod: World) -> None:
    prod.engine.change(az={"keyvault secret show": "a-key"})
    secret = "https://kv-callers.vault.azure.net/secrets/release"

    assert find_proof({"callersReleaseKey": secret}, "") == (("x-api-key", "a-key"),)
    assert prod.engine.calls[-1].startswith(f"az keyvault secret show --id {secret}")


def test_without_a_token_the_way_to_one_is_named(prod: World) -> None:
    prod.engine.change(fails={"account get-access-token --resource": "AADSTS501051: no role"})

    with pytest.raises(CommandError, match=r"AADSTS501051[\s\S]*limit-and-know-callers"):
        find_proof(AUDIENCE, "")


def test_a_release_is_proved_with_a_token_of_the_stacks_audience(prod: World) -> None:
    outputs = prod.engine.read()["outputs"]
    outputs["prod"] |= AUDIENCE
    prod.engine.change(outputs=outputs, az={"account get-access-token --resource": "a-token"})

    deploy(prod.deployer(), prod.release(1))

    assert any(call.startswith("az account get-access-token") for call in prod.engine.calls)


@pytest.mark.parametrize("header", ["x-api-key: first", "x-api-key:first"])
def test_a_header_that_is_given_is_taken_as_it_is(header: str) -> None:
    assert find_proof(AUDIENCE, header) == (("x-api-key", "first"),)


@pytest.mark.parametrize("header", ["first", "x-api-key:", ": first"])
def test_a_header_without_name_or_value_is_refused_and_not_shown(header: str) -> None:
    with pytest.raises(UsageError, match="--header") as refusal:
        find_proof({}, header)

    assert "first" not in str(refusal.value)
