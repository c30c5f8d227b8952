"""Structured logs: one JSON object a line on stdout, with the request's id and W3C trace context, never a payload."""

import logging
import logging.config
import sys
from datetime import UTC, datetime
from typing import Any, cast

import orjson
from flask import Flask, Request, Response, g, has_request_context, request
from gunicorn import glogging
from werkzeug.local import LocalProxy

from .call import Call, current
from .metrics import Metrics
from .telemetry import Ended, Telemetry

ACCESS = logging.getLogger("scoring.access")
REQUEST_ID_HEADER = "X-Request-Id"

_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
_QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/v2/health/live", "/v2/health/ready"})


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON; `extra={"fields": {...}}` adds members."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context() and "call" in g:
            line |= _ids(current())
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z).decode()


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


def init_app(app: Flask, metrics: Metrics, telemetry: Telemetry | None) -> None:
    """Give every request an id and a trace, and every answer a line, its metrics and, where wanted, its spans."""

    @app.before_request
    def begin() -> None:
        g.call = Call(request.environ)

    @app.after_request
    def end(response: Response) -> Response:
        ended = Ended(_request(), response.status_code, current())
        headers = response.headers
        headers[REQUEST_ID_HEADER] = ended.call.request_id
        headers["X-Content-Type-Options"] = "nosniff"
        metrics.answered(ended.method, ended.route, ended.status, ended.seconds)
        quiet = ended.route in _QUIET
        if ACCESS.isEnabledFor(logging.DEBUG if quiet else logging.INFO):
            _write(_access(ended, "debug" if quiet else "info"))
        if telemetry is not None and not quiet:
            telemetry.write(ended)
        return response


def _access(ended: Ended, level: str) -> dict[str, Any]:
    """The line of one answered request."""
    call = ended.call
    line: dict[str, Any] = {
        "time": datetime.now(UTC),
        "level": level,
        "logger": ACCESS.name,
        "message": f"{ended.method} {ended.route} {ended.status}",
    }
    line |= _ids(call)
    if call.trace.parent_id:
        line["parent_span_id"] = call.trace.parent_id
    line |= {"path": ended.path[:200], "bytes_in": ended.bytes_in, "ms": round(ended.seconds * 1000, 2)}
    if call.timings is not None:
        line["stages_ms"] = call.timings.in_ms
    return line


def _request() -> Request:
    """The request itself: its proxy looks it up again at every attribute."""
    return cast("LocalProxy[Request]", request)._get_current_object()  # noqa: SLF001  # named so by its makers


def _ids(call: Call) -> dict[str, str]:
    return {"request_id": call.request_id, "trace_id": call.trace.trace_id, "span_id": call.trace.span_id}


def _write(line: dict[str, Any]) -> None:
    """A line for each request goes straight out: the logging module would cost a twentieth of the whole request."""
    sys.stdout.buffer.write(orjson.dumps(line, option=_OPTIONS))
    sys.stdout.buffer.flush()
