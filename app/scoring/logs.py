"""Structured logs: one JSON object a line on stdout, with the request's id and W3C trace context, never a payload."""

import json
import logging
import logging.config
import time
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from gunicorn import glogging

from .call import Call, current
from .service import Service

ACCESS = logging.getLogger("scoring.access")
REQUEST_ID_HEADER = "X-Request-Id"

_LOG = logging.getLogger("scoring")
_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"})
_PROBES = frozenset({"/v2/health/live", "/v2/health/ready"})


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON; `extra={"fields": {...}}` adds members."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context() and "call" in g:
            call = current()
            line |= {"request_id": call.request_id, "trace_id": call.trace.trace_id, "span_id": call.trace.span_id}
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, separators=(",", ":"))


class GunicornLogger(glogging.Logger):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's own lines in our form. It writes none for requests: the app does, and knows more."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401  # gunicorn's own type
        super().setup(cfg)
        logging.config.dictConfig(configuration(cfg.loglevel))
        self._access_log_enabled = False


def configuration(level: str) -> dict[str, Any]:
    """A logging.config dictionary: everything, gunicorn's own lines included, as JSON on stdout."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
        "root": {"level": level.upper(), "handlers": ["stdout"]},
        "loggers": {
            "gunicorn.error": {"level": level.upper(), "handlers": [], "propagate": True},
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }


def init_app(app: Flask, service: Service, *, quiet: bool = False) -> None:
    """Give every request an id and a trace, and every answer a line, its metrics and its stages.

    Nothing that is recorded after an answer can change that answer.
    """

    @app.before_request
    def begin() -> None:
        trace = service.telemetry.current_trace() if service.telemetry is not None else None
        g.call = Call(request.environ, trace)

    @app.after_request
    def end(response: Response) -> Response:
        call = current()
        response.headers[REQUEST_ID_HEADER] = call.request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.call_on_close(partial(service.budget.release, call))
        try:
            _record(service, response.status_code, call, quiet=quiet)
        except Exception:  # noqa: BLE001  # a count or a line that fails must not cost the client its answer
            _LOG.exception("an answer could not be recorded")
        return response


def _record(service: Service, status: int, call: Call, *, quiet: bool) -> None:
    seconds = time.perf_counter() - call.start
    # Clients may invent methods, and paths: neither may make a new series of a metric.
    method = request.method if request.method in _METHODS else "other"
    route = request.url_rule.rule if request.url_rule else "(none)"
    service.metrics.count_answer(method, route, status, seconds)
    if call.stages and service.telemetry is not None:
        service.telemetry.add_stages(call.stages)
    fields: dict[str, Any] = {"path": request.path[:200], "bytes_in": call.bytes_in, "ms": round(seconds * 1000, 2)}
    if call.trace.parent_id:
        fields["parent_span_id"] = call.trace.parent_id
    if call.stages:
        fields["stages_ms"] = call.stages_ms
    level = logging.DEBUG if quiet or route in _PROBES else logging.INFO
    ACCESS.log(level, "%s %s %d", method, route, status, extra={"fields": fields})
