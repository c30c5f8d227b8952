"""The operators' view: health, metrics, logs, spans, the description of the interface."""

import gzip
import http.server
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from app.scoring.call import Trace
from tests.support.pictures import plain
from tests.support.service import Service, running

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


def _samples(service: Service) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = service.probe("/metrics").body.decode()
    families = text_string_to_metric_families(text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def _lines(service: Service) -> list[dict[str, Any]]:
    return [json.loads(line) for line in service.log.read_text().splitlines()]


def test_alive_and_ready_are_200(service: Service) -> None:
    assert service.probe("/healthz").status == 200
    assert service.probe("/readyz").status == 200


def test_metrics_count_requests_by_rule_and_name_code_and_model(service: Service) -> None:
    key = ("scoring_requests_total", (("method", "POST"), ("route", "/v1/classify"), ("status", "200")))
    before = _samples(service)

    service.ask("POST", "/v1/classify", plain("red"))
    service.ask("BREW", "/coffee/1")
    service.ask("GET", "/coffee/2")

    after = _samples(service)
    assert after[key] == before.get(key, 0) + 1
    routes = {dict(labels)["route"] for name, labels in after if name == "scoring_requests_total"}
    assert not any(route.startswith("/coffee") for route in routes)
    assert after["scoring_build_info", (("build", "77"), ("commit", "c0ffee"))] == 1
    models = [dict(labels) for name, labels in after if name == "scoring_model_info"]
    assert [(model["name"], model["version"]) for model in models] == [("colours", "1")]
    assert after["scoring_ready", ()] == 1
    assert after["scoring_queue_waiting", ()] == 0
    stages = {dict(labels)["stage"] for name, labels in after if name == "scoring_stage_seconds_count"}
    assert stages == {"queue", "decode", "inference"}
    assert after["scoring_top_probability_count", ()] > before["scoring_top_probability_count", ()]


def test_each_request_is_one_line_with_its_ids_and_no_payload(service: Service) -> None:
    secret = b"not-a-picture-but-a-secret"
    headers = {"X-Request-Id": "log-test-1", "traceparent": f"00-{TRACE}-{PARENT}-01"}

    service.ask("POST", "/v1/classify?token=hush", secret, headers)

    [line] = [line for line in _lines(service) if line.get("request_id") == "log-test-1"]
    assert line["message"] == "POST /v1/classify 415"
    assert (line["trace_id"], line["parent_span_id"]) == (TRACE, PARENT)
    assert re.fullmatch(r"[0-9a-f]{16}", line["span_id"])
    assert line["bytes_in"] == len(secret)
    text = service.log.read_text()
    assert secret.decode() not in text
    assert "hush" not in text


def test_probes_are_not_logged(service: Service) -> None:
    service.probe("/readyz")
    service.probe("/healthz")

    assert not [
        line for line in _lines(service) if "/readyz" in line["message"] or "/v2/health/live" in line["message"]
    ]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "junk",
        f"00-{TRACE}-{PARENT}",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
    ],
)
def test_a_malformed_traceparent_begins_a_trace_of_its_own(header: str) -> None:
    trace = Trace.of(header)

    assert trace.trace_id != TRACE
    assert re.fullmatch(r"[0-9a-f]{32}", trace.trace_id)
    assert trace.parent_id == ""


def test_a_later_version_of_traceparent_is_understood() -> None:
    assert Trace.of(f"01-{TRACE}-{PARENT}-00-more").trace_id == TRACE


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """An OpenTelemetry collector's front door: its URL, and what came in."""
    received: list[bytes] = []

    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", received
        server.shutdown()
        thread.join()


def test_spans_reach_a_collector_where_one_is_named(
    colour_model: Path, tmp_path: Path, collector: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, received = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)

    with running(colour_model, tmp_path / "log") as traced:
        reply = traced.ask("POST", "/v1/classify", plain("red"), {"traceparent": f"00-{TRACE}-{PARENT}-01"})
        assert reply.status == 200
        assert traced.stop() == 0

    spans: dict[str, Any] = {}
    for body in received:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                spans |= {span.name: span for span in scope.spans}
    request = spans["POST /v1/classify"]
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, PARENT)
    assert {name for name in spans if spans[name].parent_span_id == request.span_id} == {"queue", "decode", "inference"}
    [line] = [line for line in _lines(traced) if line["message"] == "POST /v1/classify 200"]
    assert line["span_id"] == request.span_id.hex()
