"""Requests whose head cannot be read: the problem that each of gunicorn's errors is, and the answer as bytes."""

from gunicorn.http import errors as faults

from .errors import MEDIA_TYPE, document, title
from .problem import Problem

_STATUSES: dict[type[Exception], int] = {
    faults.LimitRequestLine: 414,
    faults.ExpectationFailed: 417,
    faults.LimitRequestHeaders: 431,
    faults.InvalidRequestLine: 400,
    faults.InvalidRequestMethod: 400,
    faults.InvalidHTTPVersion: 400,
    faults.InvalidHeader: 400,
    faults.InvalidHeaderName: 400,
    faults.InvalidSchemeHeaders: 400,
    faults.UnsupportedTransferCoding: 400,
    faults.ObsoleteFolding: 400,
    faults.InvalidH2CPreface: 400,
    faults.InvalidChunkSize: 400,
    faults.ChunkMissingTerminator: 400,
    faults.InvalidChunkExtension: 400,
}


def problem_of(error: BaseException) -> Problem | None:
    """The sender's fault that `error` stands for; None where it is not the sender's."""
    for kind, status in _STATUSES.items():
        if isinstance(error, kind):
            return Problem(status, str(error)[:200] or title(status))
    return None


def answer(problem: Problem) -> bytes:
    """Head and body of an answer that ends its connection. The path is not known: none was read."""
    body = document(problem, instance="", request_id="")
    head = (
        f"HTTP/1.1 {problem.status} {title(problem.status)}\r\n"
        f"Content-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
