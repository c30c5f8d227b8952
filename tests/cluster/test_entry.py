"""The way in through the gateway, from prod's stack file, with real controllers and a real authority.

Controllers come in the program's own versions, with its own values. TEST_HELM names helm, TEST_CHARTS the folder of
charts in a registry, TEST_PROXY an image of Envoy by digest, TEST_ACME an authority's directory, TEST_ACME_CA the file
of its certificate, and TEST_ACME_ROOT the address of the certificate that callers trust.
"""

import ssl
from collections.abc import Iterator

import pytest

from .entered import HOST_SUFFIX, Entered, Ground, ground
from .images import Packed
from .load import Figures, Load

pytestmark = pytest.mark.cluster

GATEWAY_NAMESPACE = "envoy-gateway-system"


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


def test_https_answers_with_the_issued_certificate_that_the_caller_verifies(entered: Entered) -> None:
    answer = entered.ask("/version")

    assert (answer.status, answer.headers["strict-transport-security"]) == (200, "max-age=31536000")
    assert ("DNS", f"{entered.label}.{HOST_SUFFIX}") in answer.certificate["subjectAltName"]


def test_an_older_tls_is_refused(entered: Entered) -> None:
    with pytest.raises(ssl.SSLError):
        entered.ask("/version", most=ssl.TLSVersion.TLSv1_1)


def test_plain_http_is_sent_to_https_with_its_path(entered: Entered) -> None:
    status, location = entered.ask_plain("/v1/classify?top=1")

    assert (status, location) == (308, f"https://{entered.host}/v1/classify?top=1")


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_the_management_port_is_not_routed(entered: Entered, path: str) -> None:
    assert entered.ask(path).status == 404


def test_another_host_is_not_served(entered: Entered) -> None:
    assert entered.ask("/version", host="another.example").status == 404


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
