"""Released runs are kept: a lease on this run and on the build's, asked for with the job's own token."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from typer.testing import CliRunner

from delivery.cli import app
from delivery.failure import FailureError, UsageError
from delivery.release.retain import Lease, retain

RUN = {
    "SYSTEM_TEAMPROJECT": "scoring",
    "SYSTEM_DEFINITIONID": "12",
    "BUILD_BUILDID": "345",
    "SYSTEM_ACCESSTOKEN": "of-the-job",
}
BUILD = {"RESOURCES_PIPELINE_BUILD_RUNID": "340", "RESOURCES_PIPELINE_BUILD_PIPELINEID": "11"}


class Service(BaseHTTPRequestHandler):
    """Azure DevOps, as far as leases go."""

    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked = (self.path, self.headers["Authorization"], json.loads(body))  # type: ignore[attr-defined]  # for the test
        said = b'{"message": "TF400813: not authorized"}'
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def service() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def variables(service: HTTPServer, more: dict[str, str]) -> dict[str, str]:
    return {**RUN, **more, "SYSTEM_COLLECTIONURI": f"http://127.0.0.1:{service.server_port}/contoso/"}


def test_the_run_and_the_build_that_it_took_are_kept(service: Any) -> None:
    assert retain(90, variables(service, BUILD)) == [Lease(345, 12), Lease(340, 11)]

    path, authorization, leases = service.asked
    assert path == "/contoso/scoring/_apis/build/retention/leases?api-version=7.1"
    assert authorization == "Bearer of-the-job"
    assert [(lease["runId"], lease["definitionId"], lease["daysValid"]) for lease in leases] == [
        (345, 12, 90),
        (340, 11, 90),
    ]
    assert {lease["protectPipeline"] for lease in leases} == {False}


def test_a_run_without_a_build_keeps_itself(service: Any) -> None:
    assert retain(90, variables(service, {})) == [Lease(345, 12)]


def test_a_refusal_names_the_permission(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Service, "status", 403)
    with pytest.raises(FailureError, match=r"(?s)answered 403.*TF400813.*'Retain indefinitely'"):
        retain(90, variables(service, BUILD))


def test_outside_a_pipeline_there_is_no_run_to_keep() -> None:
    with pytest.raises(UsageError, match="BUILD_BUILDID, SYSTEM_ACCESSTOKEN: not set"):
        retain(90, {"SYSTEM_COLLECTIONURI": "u", "SYSTEM_TEAMPROJECT": "p", "SYSTEM_DEFINITIONID": "1"})


def test_a_service_that_is_not_there_is_named() -> None:
    with pytest.raises(FailureError, match="cannot be reached"):
        retain(90, {**RUN, "SYSTEM_COLLECTIONURI": "http://127.0.0.1:9/"})


def test_a_release_that_is_live_does_not_fail_because_its_run_is_not_kept(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Service, "status", 403)
    for name, value in variables(service, BUILD).items():
        monkeypatch.setenv(name, value)

    done = CliRunner().invoke(app, ["release", "retain"])

    assert done.exit_code == 0
    assert done.stdout.startswith("##vso[task.logissue type=warning]these runs are kept as long as the project's")
    assert "'Retain indefinitely'" in done.stdout
