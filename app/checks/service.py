"""The started app as these checks ask it, over HTTP alone."""

import http.client
import json
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import urlsplit

_ANSWER_SECONDS = 30
_PORTS = {"http": 80, "https": 443}


class CheckError(Exception):
    """The app did not do what it must."""


class Address(Protocol):
    """A place that the app answers at."""

    @property
    def host(self) -> str:
        """The host."""

    @property
    def port(self) -> int:
        """The port of callers."""

    @property
    def management_port(self) -> int | None:
        """The port of probes and metrics; None where it cannot be reached."""


@dataclass(frozen=True)
class Service:
    """The app at a URL."""

    host: str
    port: int
    management_port: int | None = None
    secure: bool = False


@dataclass(frozen=True)
class Answer:
    """An answer and the time that it took."""

    status: int
    body: bytes
    milliseconds: float

    def json(self) -> Any:  # noqa: ANN401 - JSON is any type until its reader checks it
        """Decode the body."""
        return json.loads(self.body)


def parse(url: str, management_url: str = "") -> Service:
    """The service at these URLs."""
    parts, management = urlsplit(url), urlsplit(management_url)
    port = parts.port or _PORTS[parts.scheme]
    return Service(parts.hostname or "", port, management.port, secure=parts.scheme == "https")


def ask(
    service: Address,
    method: str,
    path: str,
    body: bytes | None = None,
    *,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Answer:
    """One request to its port for callers, on a connection of its own. Raises CheckError where none is answered."""
    secure = isinstance(service, Service) and service.secure
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    return _exchange(kind(service.host, service.port, timeout=_ANSWER_SECONDS), method, path, body, headers)


def probe(service: Address, path: str) -> Answer:
    """One request to its management port. Raises CheckError where none is answered."""
    if service.management_port is None:
        raise CheckError(f"GET {path}: the management port cannot be reached")
    connection = http.client.HTTPConnection(service.host, service.management_port, timeout=_ANSWER_SECONDS)
    return _exchange(connection, "GET", path)


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Answer:
    begun = time.perf_counter()
    try:
        with closing(connection):
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            data = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise CheckError(f"{method} {path}: no answer: {error!r}") from None
    return Answer(response.status, data, (time.perf_counter() - begun) * 1000)
