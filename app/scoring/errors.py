"""Errors as answers: RFC 9457 problem documents, or the inference protocol's own form on its paths."""

from http import HTTPStatus

import orjson
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from .problem import Problem

MEDIA_TYPE = "application/problem+json"

# RFC 9110's names, which the standard library has only since Python 3.13.
_TITLES = {414: "URI Too Long", 413: "Content Too Large", 422: "Unprocessable Content"}
_DETAILS = {404: "there is nothing at this path; /openapi.json lists what there is"}


def init_app(app: Flask) -> None:
    """Answer every error of `app` in one form; nothing about the inside of the service leaves it."""

    @app.errorhandler(Problem)
    def refused(problem: Problem) -> Response:
        return _answer(problem)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        response = _answer(Problem(status, _DETAILS.get(status) or error.description or error.name))
        for name, value in error.get_headers():
            if name.lower() not in ("content-type", "content-length"):
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        app.logger.error("unexpected error", exc_info=error)
        return _answer(Problem(500, "an unexpected error; the log has it under this request id"))


def _answer(problem: Problem) -> Response:
    if request.path.startswith("/v2/"):
        response = Response(orjson.dumps({"error": problem.detail}), problem.status, mimetype="application/json")
    else:
        request_id = g.call.request_id if "call" in g else ""
        body = document(problem, instance=request.path, request_id=request_id)
        response = Response(body, problem.status, mimetype=MEDIA_TYPE)
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def document(problem: Problem, *, instance: str, request_id: str) -> bytes:
    """The problem document of RFC 9457."""
    return orjson.dumps(
        {
            "type": "about:blank",
            "title": title(problem.status),
            "status": problem.status,
            "detail": problem.detail,
            "instance": instance,
            "request_id": request_id,
        }
    )


def title(status: int) -> str:
    """RFC 9110's name of a status."""
    return _TITLES.get(status) or HTTPStatus(status).phrase
