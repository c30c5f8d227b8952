"""Spans for OpenTelemetry, where the environment names a collector and the image holds the exporter.

A request's spans are written when it has ended, from the times that were measured anyway, so that tracing costs nothing
on the way and nothing at all where it is off. The standard variables apply (OTEL_EXPORTER_OTLP_ENDPOINT,
OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME, ...).
"""

import os
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Request

    from .call import Call, Timings, Trace

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"})
_PACKAGE = "opentelemetry.exporter.otlp.proto.http"


class Ended:
    """One request that has been answered."""

    def __init__(self, request: "Request", status: int, call: "Call") -> None:
        self.seconds = time.perf_counter() - call.start
        self.status = status
        self.call = call
        # Senders may invent methods, and paths: neither may make a new series of a metric.
        self.method = request.method if request.method in _METHODS else "other"
        self.route = request.url_rule.rule if request.url_rule else "(none)"
        self.path = request.path
        self.bytes_in = int(request.environ.get("CONTENT_LENGTH") or 0)


def wanted() -> bool:
    """Whether the environment names a collector."""
    return any(os.environ.get(name) for name in _ENDPOINTS) and os.environ.get("OTEL_SDK_DISABLED", "") != "true"


def missing() -> str:
    """What is wrong where spans are wanted and cannot be sent; empty where nothing is."""
    try:
        installed = find_spec(_PACKAGE) is not None
    except ModuleNotFoundError:
        installed = False
    if not wanted() or installed:
        return ""
    names = " or ".join(_ENDPOINTS)
    return f"{names}: set, but this image has no OpenTelemetry exporter; install app/requirements-otlp.txt or unset it"


class Telemetry:
    """Writes spans in the background of the event loop."""

    def __init__(self, attributes: dict[str, str]) -> None:
        # Imported only where it is used: the packages are not in every image, and cost 16 MiB and a quarter second.
        from opentelemetry import trace  # noqa: PLC0415  # as said above
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  # as said above
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  # as said above
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415  # as said above
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  # as said above
        from opentelemetry.sdk.trace.id_generator import RandomIdGenerator  # noqa: PLC0415  # as said above

        class Ids(RandomIdGenerator):
            """The ids that the request's log lines already carry."""

            trace: "Trace | None" = None

            def generate_span_id(self) -> int:
                if self.trace is None:
                    return super().generate_span_id()
                span, self.trace = int(self.trace.span_id, 16), None
                return span

            def generate_trace_id(self) -> int:
                return super().generate_trace_id() if self.trace is None else int(self.trace.trace_id, 16)

        self._api = trace
        self._ids = Ids()
        resource = Resource.create({"service.name": "slipway-scoring"} | attributes)
        self._provider = TracerProvider(resource=resource, id_generator=self._ids)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("scoring")

    def write(self, ended: Ended) -> None:
        """Queue the spans of one request: its own, and one for each stage."""
        call, now = ended.call, time.time_ns()
        self._ids.trace = call.trace
        span = self._tracer.start_span(
            f"{ended.method} {ended.route}",
            context=self._parent(call.trace),
            kind=self._api.SpanKind.SERVER,
            attributes={
                "http.request.method": ended.method,
                "http.route": ended.route,
                "http.response.status_code": ended.status,
                "http.request.body.size": ended.bytes_in,
                "request_id": call.request_id,
            },
            start_time=now - round(ended.seconds * 1e9),
        )
        if call.timings is not None:
            self._stages(span, call.timings, now)
        span.end(now)

    def close(self) -> None:
        """Send what is queued."""
        self._provider.shutdown()

    def _stages(self, span: Any, timings: "Timings", now: int) -> None:  # noqa: ANN401  # the package may be absent
        stages = (("queue", timings.queue), ("decode", timings.decode), ("inference", timings.inference))
        start = now - round(sum(seconds for _, seconds in stages) * 1e9)
        context = self._api.set_span_in_context(span)
        for name, seconds in stages:
            end = start + round(seconds * 1e9)
            self._tracer.start_span(name, context=context, start_time=start).end(end)
            start = end

    def _parent(self, trace: "Trace") -> Any:  # noqa: ANN401  # as above
        if not trace.parent_id:
            return None
        flags = self._api.TraceFlags(trace.flags)
        parent = self._api.SpanContext(
            int(trace.trace_id, 16), int(trace.parent_id, 16), is_remote=True, trace_flags=flags
        )
        return self._api.set_span_in_context(self._api.NonRecordingSpan(parent))
