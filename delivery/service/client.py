"""Talking to a service over HTTP."""

import http.client
import json
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .remote import Remote
from .running import Running, ServiceError, failure, with_cause

READY_SECONDS = 60
_ANSWER_SECONDS = 30
_PROBE_SECONDS = 2
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Answer:
    """The service's answer to a request, and the time that it took."""

    status: int
    body: bytes
    milliseconds: float

    def json(self) -> Any:  # noqa: ANN401  # JSON is any type until its reader checks it
        """The body, decoded."""
        return json.loads(self.body)


def connect(
    running: Running, seconds: float = _ANSWER_SECONDS, *, management: bool = False
) -> http.client.HTTPConnection:
    """A connection to its public port, or to its management port, that waits at most `seconds` for anything."""
    if management:
        assert running.management_port is not None
        return http.client.HTTPConnection(running.host, running.management_port, timeout=seconds)
    if isinstance(running, Remote) and running.secure:
        return http.client.HTTPSConnection(running.host, running.port, timeout=seconds)
    return http.client.HTTPConnection(running.host, running.port, timeout=seconds)


def ask(
    running: Running,
    method: str,
    path: str,
    body: bytes | None = None,
    *,
    headers: Mapping[str, str] = MappingProxyType({}),
    seconds: float = _ANSWER_SECONDS,
) -> Answer:
    """One request to its public port, on a connection of its own. Raises ServiceError where none is answered."""
    begun = time.perf_counter()
    try:
        status, data = _exchange(connect(running, seconds), method, path, body, {**_proof(running), **headers})
    except (OSError, http.client.HTTPException) as error:
        raise ServiceError(with_cause(running, f"{method} {path}: no answer: {error!r}")) from None
    return Answer(status, data, (time.perf_counter() - begun) * 1000)


def probe(running: Running, path: str) -> Answer:
    """One request to its management port. Raises ServiceError where none is answered."""
    begun = time.perf_counter()
    try:
        status, data = _exchange(connect(running, _PROBE_SECONDS, management=True), "GET", path)
    except (OSError, http.client.HTTPException) as error:
        raise ServiceError(with_cause(running, f"GET {path} of the management port: no answer: {error!r}")) from None
    return Answer(status, data, (time.perf_counter() - begun) * 1000)


def await_ready(running: Running, seconds: float = READY_SECONDS) -> float:
    """Seconds until the service is ready. Raises ServiceError, with its log, at its end or the deadline.

    The management port says so, or where it cannot be reached, its public port.
    """
    management, path = running.management_port is not None, running.ready_path
    begun = time.monotonic()
    last = "nothing"
    while (waited := time.monotonic() - begun) < seconds:
        if (code := running.exit_code()) is not None:
            raise failure(running, f"the service ended with exit code {code} before it was ready")
        try:
            connection = connect(running, _PROBE_SECONDS, management=management)
            status, said = _exchange(connection, "GET", path, headers=_proof(running))
        except (OSError, http.client.HTTPException) as error:
            last = f"GET {path}: no answer: {error!r}"
        else:
            if status == http.HTTPStatus.OK:
                return waited
            last = f"GET {path}: {status} {said[:200].decode(errors='replace')}"
        time.sleep(_PAUSE_SECONDS)
    raise failure(running, f"the service was not ready within {seconds:.0f} s; last seen: {last}")


def _proof(running: Running) -> dict[str, str]:
    return dict(running.proof) if isinstance(running, Remote) else {}


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> tuple[int, bytes]:
    """Status and body of the answer to one request; the connection is closed. Raises OSError or HTTPException."""
    with closing(connection):
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
