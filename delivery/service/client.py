"""Talking to a service over HTTP."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .remote import Remote
from .running import Running, ServiceError, failure

READY_SECONDS = 60
_ANSWER_SECONDS = 30
_PROBE_SECONDS = 2
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Answer:
    """What the service said, and in what time."""

    status: int
    body: bytes
    milliseconds: float

    def json(self) -> Any:  # noqa: ANN401  # JSON is any type until its reader checks it
        """The body, decoded."""
        return json.loads(self.body)


def connect(running: Running, seconds: float = _ANSWER_SECONDS) -> http.client.HTTPConnection:
    """A connection that waits at most `seconds` for anything."""
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
    """One request on a connection of its own. Raises ServiceError where none is answered."""
    begun = time.perf_counter()
    connection = connect(running, seconds)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        data = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise ServiceError(f"{method} {path}: no answer: {error!r}") from None
    finally:
        connection.close()
    return Answer(response.status, data, (time.perf_counter() - begun) * 1000)


def await_ready(running: Running, seconds: float = READY_SECONDS) -> float:
    """Seconds until /readyz says 200. Raises ServiceError, with the service's log, at its end or the deadline."""
    begun = time.monotonic()
    last = "nothing"
    while (waited := time.monotonic() - begun) < seconds:
        if (code := running.exit_code()) is not None:
            raise failure(running, f"the service ended with exit code {code} before it was ready")
        try:
            answer = ask(running, "GET", "/readyz", seconds=_PROBE_SECONDS)
        except ServiceError as error:
            last = str(error)
        else:
            if answer.status == http.HTTPStatus.OK:
                return waited
            last = f"GET /readyz: {answer.status} {answer.body[:200].decode(errors='replace')}"
        time.sleep(_PAUSE_SECONDS)
    raise failure(running, f"the service was not ready within {seconds:.0f} s; last seen: {last}")


def classify(running: Running, picture: Path) -> Answer:
    """One picture to /v1/classify."""
    return ask(running, "POST", "/v1/classify", picture.read_bytes())
