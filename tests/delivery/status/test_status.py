"""`slipway status` from a laptop: a real service and a store, and an engine and an Azure that may be missing."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from delivery.az import AzError
from delivery.model.location import parse_location
from delivery.model.store import open_store
from delivery.paths import ROOT
from delivery.preview import project
from delivery.release.deployment import Ended
from delivery.release.store import ReleaseStore
from delivery.stack_config import read_stack
from delivery.status import asking, cli
from delivery.status.asking import read_alerts, read_certificate
from tests.delivery.release.samples import COMMIT, DOCUMENTS, begun, release
from tests.delivery.release.stand_ins import StandIns
from tests.delivery.service.told import Told

ALERT = {"alertRule": "/x/prometheusRuleGroups/service", "severity": "Sev1", "startDateTime": "2026-01-02T12:30:00Z"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose stack has no pipelines, on a laptop without pulumi and az."""
    folder = tmp_path / "project"
    (folder / "app").mkdir(parents=True)
    shutil.copy(ROOT / "app" / "app.yaml", folder / "app")
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    text = (ROOT / "tests" / "delivery" / "bootstrap" / "dev.yaml").read_text(encoding="utf-8")
    (folder / "Pulumi.dev.yaml").write_text(text.partition("  slipway:pipelines:")[0], encoding="utf-8")
    monkeypatch.setattr(cli, "ROOT", folder)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("AZURE_USE_AZURE_CLI", "AZURE_TOKEN_CREDENTIALS"):
        monkeypatch.setenv(name, "")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> ReleaseStore:
    """A store in which the first release is live in dev."""
    found = ReleaseStore(open_store(parse_location(str(tmp_path / "store")), create=True))
    one = release(1)
    found.add(one, DOCUMENTS)
    begun_ = found.begin(begun(one))
    found.end(begun_, Ended(outcome="succeeded", ended=datetime(2026, 1, 2, 12, 5, tzinfo=UTC)))
    return found


@pytest.fixture
def serve() -> Iterator[Callable[..., Told]]:
    """Start a service that answers with a state and a model version."""
    started: list[Told] = []

    def start(status: int = 200, version: str = "1") -> Told:
        told = {"code": {"commit": COMMIT}, "model": {"name": "colours", "version": version}}

        def reply(path: str, body: bytes) -> tuple[int, bytes]:
            assert not body
            return (status, b"{}") if path == "/v2/health/ready" else (200, json.dumps(told).encode())

        started.append(Told(reply))
        return started[-1]

    yield start
    for one in started:
        one.close()


def run(service: Told | str, store: Path, *more: str) -> Result:
    address = service if isinstance(service, str) else f"http://{service.host}:{service.port}/"
    options = ["--stack", "dev", "--address", address, "--store", str(store), *more]
    return CliRunner().invoke(cli.app, options)


@pytest.mark.usefixtures("root", "store")
def test_a_service_that_runs_the_live_release_is_healthy(serve: Callable[..., Told], tmp_path: Path) -> None:
    done = run(serve(), tmp_path / "store")
    assert done.exit_code == 0, done.output
    assert "dev is healthy" in done.output
    assert "c0ffee000000" in done.output
    assert "colours version 1" in done.output
    assert "2026-01-02 12:05 UTC, by run 7" in done.output
    assert "needs: pulumi" in done.output
    assert "alerts: az is not on PATH" in done.output


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ({"status": 503}, "the service is not ready: it answers 503"),
        ({"version": "7"}, "the service says version 7, and the live release has 1"),
    ],
)
@pytest.mark.usefixtures("root", "store")
def test_a_service_that_does_not_run_the_live_release_is_not(
    serve: Callable[..., Told], tmp_path: Path, behaviour: dict[str, Any], reason: str
) -> None:
    done = run(serve(**behaviour), tmp_path / "store")
    assert done.exit_code == 20
    assert "dev is not healthy" in done.output
    assert reason in done.output


@pytest.mark.usefixtures("root", "store")
def test_a_service_that_refuses_connections_is_not_healthy(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = run(f"http://127.0.0.1:{port}/", tmp_path / "store")
    assert done.exit_code == 20
    assert "no answer from http://127.0.0.1" in done.output


@pytest.mark.usefixtures("root", "store")
def test_a_name_that_leads_nowhere_from_here_says_nothing_about_the_service(tmp_path: Path) -> None:
    done = run("http://nowhere.invalid/", tmp_path / "store")
    assert done.exit_code == 1
    assert "dev is unknown" in done.output
    assert "needs: a network that slipway:workload.service.allowedSources lets in" in done.output


@pytest.mark.usefixtures("root")
def test_a_store_that_cannot_be_read_leaves_it_unknown(serve: Callable[..., Told], tmp_path: Path) -> None:
    done = run(serve(), tmp_path / "nothing")
    assert done.exit_code == 1
    assert "no such folder" in done.output


@pytest.fixture
def engine(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """A pulumi on PATH whose stack runs the first release."""
    assert root.is_dir()
    found = StandIns(tmp_path / "programs")
    found.install()
    found.change(outputs={"dev": {"release": release(1).configuration()}}, live=release(1).configuration())
    monkeypatch.setenv("PATH", f"{found.folder / 'bin'}")
    return found


@pytest.mark.usefixtures("store")
def test_an_engine_that_runs_the_live_release_raises_no_doubt(
    engine: StandIns, serve: Callable[..., Told], tmp_path: Path
) -> None:
    done = run(serve(), tmp_path / "store")
    assert done.exit_code == 0, done.output
    assert "the engine's state" not in done.output
    assert [call.split()[:3] for call in engine.calls if call.startswith("pulumi")] == [
        ["pulumi", "stack", "output"],
        ["pulumi", "stack", "export"],
    ]


@pytest.mark.usefixtures("store")
def test_an_engine_that_has_another_release_makes_it_unhealthy(
    engine: StandIns, serve: Callable[..., Told], tmp_path: Path
) -> None:
    other = release(2).configuration()
    engine.change(outputs={"dev": {"release": other}}, live=other)
    done = run(serve(), tmp_path / "store")
    assert done.exit_code == 20
    assert f"the stack's outputs name {other['digest']}" in done.output


@pytest.mark.usefixtures("root", "store")
def test_json_has_the_same_facts(serve: Callable[..., Told], tmp_path: Path) -> None:
    document = json.loads(run(serve(), tmp_path / "store", "--json").stdout)
    assert document["health"] == "healthy"
    assert document["code"] == COMMIT
    assert document["model"] == {"name": "colours", "version": "1"}
    assert document["by"] == "run 7"
    assert document["alerts"] is None
    assert [one["place"] for one in document["unread"]] == ["the engine's state", "alerts"]


def test_alerts_of_the_environments_group_are_read_the_gravest_first(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    def answer(*arguments: str) -> Any:
        asked.append(arguments)
        if arguments[0] == "account":
            return "sub"
        closed = ALERT | {"alertState": "Closed"}
        return [ALERT | {"severity": "Sev3", "alertState": "New"}, ALERT | {"alertState": "Acknowledged"}, closed]

    monkeypatch.setattr(asking, "az", answer)
    found = read_alerts(read_stack(project.read(root), "dev"))
    assert [(one.severity, one.rule, one.state) for one in found] == [
        (1, "service", "Acknowledged"),
        (3, "service", "New"),
    ]
    url = asked[1][asked[1].index("--url") + 1]
    assert url == (
        "/subscriptions/sub/providers/Microsoft.AlertsManagement/alerts?api-version=2019-03-01"
        "&targetResourceGroup=rg-scoring-dev-weu&monitorCondition=Fired&timeRange=30d"
    )


def test_a_role_that_lacks_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: str) -> Any:
        raise AzError(f"az {arguments[0]}: (AuthorizationFailed)")

    monkeypatch.setattr(asking, "az", refuse)
    notes = asking.Notes()
    config = read_stack(project.read(root), "dev")
    assert notes.read("alerts", lambda: read_alerts(config), "the role Monitoring Reader") is None
    assert notes.unread[0].reason == "az account: (AuthorizationFailed)"


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server with a certificate of its own for localhost; its address, and the certificate."""
    openssl = shutil.which("openssl", path=os.defpath)
    if openssl is None:
        pytest.skip("openssl is not on PATH")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/O=Contoso/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([openssl, *made, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("localhost", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    plain, _ = listening.accept()
                except OSError:
                    return
                with plain:
                    try:
                        context.wrap_socket(plain, server_side=True).close()
                    except OSError:
                        continue

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"https://localhost:{listening.getsockname()[1]}/", certificate
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_a_certificate_is_shown_as_callers_see_it(tls: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    url, certificate = tls
    assert read_certificate(url).fault == "self-signed certificate"
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
    found = read_certificate(url)
    assert (found.issuer, found.fault) == ("Contoso", "")
    assert found.expires
    assert 28 <= (found.expires - datetime.now(UTC)).days <= 30
