"""The way in through the gateway, from prod's stack file, with real controllers and a real authority.

Controllers come in the program's own versions, with its own values. TEST_HELM names helm, TEST_CHARTS the folder of
charts in a registry, TEST_PROXY an image of Envoy by digest, TEST_ACME an authority's directory, TEST_ACME_CA the file
of its certificate, and TEST_ACME_ROOT the address of the certificate that callers trust.
"""

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import yaml

from delivery.paths import ROOT

from .entered import HOST_SUFFIX, Answer, Entered
from .ground import GATEWAY_NAMESPACE, Ground, ground
from .images import Packed
from .kubectl import eventually, get, kubectl
from .load import Figures, Load
from .tokens import TENANT, Provider

pytestmark = pytest.mark.cluster

AUDIENCE = "api://scoring"
HEADER = b"POST /v1/classify HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000000\r\n"
HEADER_SECONDS = 10
"""Time that a header has by default."""


@pytest.fixture(scope="module")
def lab() -> Iterator[Ground]:
    yield from ground()


@pytest.fixture(scope="module")
def entered(lab: Ground, first: Packed, nodes: None) -> Iterator[Entered]:  # noqa: ARG001 - nodes are labelled first
    made = Entered(lab)
    try:
        made.release(first)
        made.await_certificate()
        yield made
    finally:
        made.remove()


def statuses(entered: Entered, times: int) -> list[int]:
    return [one.status for one in entered.ask_in_a_row(times, "/version")]


def problem(answer: Answer) -> int:
    """The status that a problem document repeats."""
    assert answer.headers["content-type"] == "application/problem+json"
    content = json.loads(answer.body)
    assert content["status"] == answer.status
    return int(content["status"])


@contextmanager
def turned(entered: Entered, entry: dict[str, Any], seen: Callable[[], bool]) -> Iterator[None]:
    """Another `entry` in prod, from the moment at which every proxy has it: one after the other answers."""
    entered.turn(entry)
    try:
        eventually(f"{entry}", lambda: all(seen() for _ in range(8)))
        yield
    finally:
        entered.turn({})
        eventually("the usual answers", lambda: all(set(statuses(entered, 8)) == {200} for _ in range(8)))


def dripped(entered: Entered, begin: bytes) -> float:
    """Seconds until the proxy ends a request that begins with `begin` and goes on by a byte now and then."""
    with entered.connect() as connection:
        begun = time.monotonic()
        with suppress(ConnectionError, ssl.SSLError):
            connection.sendall(begin.replace(b"%s", entered.host.encode()))
            while time.monotonic() - begun < 2 * HEADER_SECONDS and not _ended(connection):
                connection.sendall(b"x")
        return time.monotonic() - begun


def _ended(connection: ssl.SSLSocket) -> bool:
    """Wait half a second for bytes or an end."""
    connection.settimeout(0.5)
    try:
        return connection.recv(4096) == b""
    except TimeoutError:
        return False


def prods_largest_body() -> int:
    """Bytes that the app takes as one body where prod's stack file chooses nothing else."""
    contract = yaml.safe_load((ROOT / "app" / "app.yaml").read_text(encoding="utf-8"))
    return int(contract["settings"][contract["requests"]["largestBody"]]["default"])


def machine_address() -> str:
    """The address by which nodes, and so their pods, reach this machine."""
    [node, *_] = get("nodes")["items"]
    inside = next(one["address"] for one in node["status"]["addresses"] if one["type"] == "InternalIP")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((inside, 1))
        return str(probe.getsockname()[0])


def test_https_answers_with_the_issued_certificate_that_the_caller_verifies(entered: Entered) -> None:
    answer = entered.ask("/version")

    assert (answer.status, answer.headers["strict-transport-security"]) == (200, "max-age=31536000")
    assert ("DNS", f"{entered.label}.{HOST_SUFFIX}") in answer.certificate["subjectAltName"]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_an_older_tls_is_refused_by_the_proxy(entered: Entered) -> None:
    context = ssl.create_default_context(cafile=str(entered.trusted))
    context.set_ciphers("DEFAULT@SECLEVEL=0")  # OpenSSL offers no version below 1.2 otherwise
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    context.maximum_version = ssl.TLSVersion.TLSv1_1

    with pytest.raises(ssl.SSLError) as refusal:
        entered.connect(context)

    assert refusal.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


def test_plain_http_is_sent_to_https_with_its_path(entered: Entered) -> None:
    status, location = entered.ask_plain("/v1/classify?top=1")

    assert (status, location) == (308, f"https://{entered.host}/v1/classify?top=1")


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_the_management_port_is_not_routed(entered: Entered, path: str) -> None:
    assert entered.ask(path).status == 404


def test_another_host_is_not_served(entered: Entered) -> None:
    assert entered.ask("/version", host="another.example").status == 404


def test_a_caller_over_the_limit_is_told_when_to_come_back(entered: Entered) -> None:
    limits = {"requestsPerSecond": 5}

    with turned(entered, {"gateway": {"limits": limits}}, lambda: 429 in statuses(entered, 20)):
        refused = next(one for one in entered.ask_in_a_row(20, "/version") if one.status == 429)
        time.sleep(int(refused.headers["retry-after"]))
        later = entered.ask("/version")

    assert problem(refused) == 429
    assert refused.headers["retry-after"] == "1"
    assert later.status == 200


def test_a_body_beyond_the_apps_own_limit_is_refused_by_the_proxy(entered: Entered) -> None:
    def refused(size: int) -> Answer:
        return entered.ask("/v1/classify", method="POST", body=bytes(size))

    largest = prods_largest_body()

    assert "server" in refused(largest).headers  # the app looks at it, and names its own server
    answer = refused(largest + 1)
    assert problem(answer) == 413
    assert "server" not in answer.headers


def test_a_header_and_a_body_that_drip_are_ended(entered: Entered) -> None:
    limits = {"headerSeconds": 2, "requestSeconds": 4}

    with turned(entered, {"gateway": {"limits": limits}}, lambda: dripped(entered, HEADER) < HEADER_SECONDS / 2):
        taken = dripped(entered, HEADER), dripped(entered, HEADER + b"\r\n")

    assert taken == pytest.approx((2, 4), abs=1.5)


@pytest.fixture(scope="module")
def provider(entered: Entered) -> Iterator[Provider]:
    callers = {"kind": "entra", "tenant": TENANT, "audiences": [AUDIENCE], "roles": ["Caller"]}
    with Provider() as made:
        entered.keys = f"http://{machine_address()}:{made.port}/keys"
        with turned(entered, {"callers": callers}, lambda: entered.ask("/version").status == 401):
            yield made


RIGHT = {"aud": AUDIENCE, "roles": ["Caller", "Reader"]}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_right_token_is_answered(entered: Entered, provider: Provider) -> None:
    assert entered.ask("/version", headers=bearer(provider.token(**RIGHT))).status == 200


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"exp": 1_700_000_000}, 401),
        ({"aud": "api://another"}, 401),
        ({"iss": "https://another.example/"}, 401),
        ({"roles": ["Reader"]}, 403),
        ({"roles": []}, 403),
    ],
    ids=["expired", "of a foreign audience", "of another issuer", "with another role", "without a role"],
)
def test_a_token_is_refused(entered: Entered, provider: Provider, claims: dict[str, object], status: int) -> None:
    answer = entered.ask("/version", headers=bearer(provider.token(**(RIGHT | claims))))

    assert (answer.status, problem(answer)) == (status, status)


def test_a_forged_token_and_none_are_refused(entered: Entered, provider: Provider) -> None:
    head, content, signature = provider.token(**RIGHT).split(".")
    forged = f"{head}.{content}.{signature[::-1]}"

    answers = [entered.ask("/version", headers=bearer(forged)), entered.ask("/version")]

    assert [problem(one) for one in answers] == [401, 401]
    assert [one.headers["www-authenticate"] for one in answers] == ["Bearer", "Bearer"]


@pytest.mark.usefixtures("provider")
def test_a_redirect_needs_no_token(entered: Entered) -> None:
    assert entered.ask_plain("/version")[0] == 308


@pytest.mark.usefixtures("provider")
def test_a_certificate_is_renewed_where_callers_need_a_token(entered: Entered) -> None:
    before = entered.ask("/version").certificate["serialNumber"]

    entered.renew()

    eventually("another certificate", lambda: entered.ask("/version").certificate["serialNumber"] != before)


def test_a_key_of_the_secret_is_answered_and_another_refused(entered: Entered) -> None:
    kubectl("-n", entered.namespace, "create", "secret", "generic", "callers", "--from-literal=one=first-key")
    release_key = "https://kv-callers.vault.azure.net/secrets/release"
    callers = {"kind": "apiKeys", "secret": "callers", "releaseKey": release_key}

    with turned(entered, {"callers": callers}, lambda: entered.ask("/version").status == 401):
        given = [entered.ask("/version", headers={"x-api-key": key}) for key in ("first-key", "second-key")]

    assert [one.status for one in given] == [200, 401]
    assert problem(given[1]) == 401


def test_rollouts_of_app_and_proxies_lose_no_request(
    entered: Entered, tmp_path_factory: pytest.TempPathFactory, figures: list[Figures]
) -> None:
    load = Load(
        entered.address,
        tmp_path_factory.mktemp("entry"),
        per_second=50,
        port=443,
        name=entered.host,
        authority=str(entered.trusted),
        stretches=figures,
    )
    with load:
        with load.stretch("HTTPS: the app rolls out") as app:
            entered.restart(entered.namespace, "app.kubernetes.io/name=scoring")
        with load.stretch("HTTPS: the proxies roll out") as proxies:
            entered.restart(GATEWAY_NAMESPACE, "gateway.envoyproxy.io/owning-gateway-name=scoring")

    assert app.result.failures == {}
    assert proxies.result.failures == {}


def test_an_app_without_a_replica_is_a_problem_that_passes(entered: Entered) -> None:
    entered.scale(0)
    eventually("the end of the replicas", lambda: entered.ask("/version").status == 503)

    answer = entered.ask("/version")

    assert (problem(answer), answer.headers["retry-after"]) == (503, "5")
    entered.scale(2)
    eventually("an answer", lambda: entered.ask("/version").status == 200)
