"""Spans for OpenTelemetry, where the environment names a collector and the image holds the packages.

Flask's own instrumentation makes a span of each request; the stages of its job become children. The standard variables
apply (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME, ...).
"""

import os
import time
from importlib.util import find_spec

from flask import Flask

from .call import Trace

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PACKAGES = ("opentelemetry.exporter.otlp.proto.http", "opentelemetry.instrumentation.flask")


def is_wanted() -> bool:
    """True where the environment names a collector and does not switch the SDK off."""
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return any(os.environ.get(name) for name in _ENDPOINTS) and not disabled


def find_fault() -> str:
    """The reason why spans cannot be sent although they are wanted; empty where there is none."""
    if not is_wanted() or all(map(_is_installed, _PACKAGES)):
        return ""
    names = " or ".join(_ENDPOINTS)
    return f"{names}: set, but this image has no OpenTelemetry exporter; install app/requirements-otlp.txt or unset it"


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


class Telemetry:
    """Sends spans in the background of the event loop."""

    def __init__(self, attributes: dict[str, str]) -> None:
        # Imported only where spans are wanted: the packages are not in every image, and cost a quarter second.
        from opentelemetry import trace  # noqa: PLC0415  # see the comment before the imports
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  # likewise
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  # likewise
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415  # likewise
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  # likewise

        self._api = trace
        self._provider = TracerProvider(resource=Resource.create({"service.name": "slipway-scoring"} | attributes))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("scoring")

    def instrument(self, app: Flask) -> None:
        """Make a span of each request to `app`, by the stable names of HTTP attributes."""
        os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
        from opentelemetry.instrumentation.flask import FlaskInstrumentor  # noqa: PLC0415  # not in every image

        FlaskInstrumentor().instrument_app(app, tracer_provider=self._provider)  # type: ignore[no-untyped-call]  # not typed

    def current_trace(self) -> Trace | None:
        """The ids of the request's span; None outside of one."""
        span = self._api.get_current_span()
        context = span.get_span_context()
        if not context.is_valid:
            return None
        parent = getattr(span, "parent", None)
        parent_id = format(parent.span_id, "016x") if parent is not None else ""
        return Trace(format(context.trace_id, "032x"), format(context.span_id, "016x"), parent_id)

    def add_stages(self, stages: dict[str, float]) -> None:
        """Add a child span for each stage of the job that has just ended."""
        start = time.time_ns() - round(sum(stages.values()) * 1e9)
        for stage, seconds in stages.items():
            end = start + round(seconds * 1e9)
            self._tracer.start_span(stage, start_time=start).end(end_time=end)
            start = end

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()
