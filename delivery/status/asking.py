"""Questions to the service, the release store, the engine and Azure. Each failure is kept as what could not be read."""

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlsplit

from delivery.az import az
from delivery.failure import FailureError
from delivery.release.agreement import find_doubts
from delivery.release.deployment import Deployment
from delivery.release.engine import Engine, read_digest
from delivery.release.store import ReleaseStore
from delivery.service.client import ask
from delivery.service.remote import Remote
from delivery.service.running import ServiceError
from slipway.config.stack import StackConfig

from .observed import Alert, Answer, Certificate, Unread

T = TypeVar("T")
_SECONDS = 10
_ALERTS = "2019-03-01"
"""Version of the interface of Azure's alerts. Source: learn.microsoft.com, "Alerts - Get All"."""


class Notes:
    """Collection of what could not be read."""

    def __init__(self) -> None:
        self.unread: list[Unread] = []

    def read(self, place: str, question: Callable[[], T], needs: str, *, essential: bool = False) -> T | None:
        """Return the answer, None where it cannot be read."""
        try:
            return question()
        except FailureError as error:
            reason = str(error).splitlines()[0]
        except OSError as error:
            reason = error.strerror or str(error)
        self.unread.append(Unread(place=place, reason=reason, needs=needs, essential=essential))
        return None


def ask_service(service: Remote, version: str | None) -> Answer:
    """Return the service's answers. Raises ServiceError where it gives none, OSError where it has no address."""
    socket.getaddrinfo(service.host, service.port)  # a name that leads nowhere is no fault of the service
    ready = ask(service, "GET", service.ready_path, seconds=_SECONDS)
    told: dict[str, str] = {}
    if ready.status == 200 and version:
        answer = ask(service, "GET", version, headers={"Accept": "application/json"}, seconds=_SECONDS)
        told = _read_version(answer.json()) if answer.status == 200 else {}
    return Answer(ready=ready.status == 200, status=ready.status, told=told, milliseconds=ready.milliseconds)


def _read_version(document: Any) -> dict[str, str]:  # noqa: ANN401  # JSON of any shape
    if not isinstance(document, dict):
        raise ServiceError("the service told its version as something else than an object")
    code, model = (part if isinstance(part := document.get(name), dict) else {} for name in ("code", "model"))
    facts = {"commit": code.get("commit"), "model": model.get("name"), "version": model.get("version")}
    return {name: str(value) for name, value in facts.items() if value}


def read_certificate(url: str) -> Certificate:
    """Return the certificate that a caller of `url` sees. Raises OSError where no connection is made."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    context = ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, port), timeout=_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            found: Any = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return Certificate(fault=error.verify_message)
    issuer = {name: value for part in found.get("issuer", ()) for name, value in part}
    expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(found["notAfter"]), UTC)
    return Certificate(issuer=str(issuer.get("organizationName") or issuer.get("commonName", "")), expires=expires)


def read_deployments(store: ReleaseStore, stack: str, count: int) -> tuple[tuple[Deployment, ...], Deployment | None]:
    """Return the last deployments, newest first, and the live one. Raises FailureError."""
    history = store.history(stack)
    live = next((one for one in reversed(history) if one.succeeded), None)
    return tuple(islice(reversed(history), count)), live


def read_engine(engine: Engine, digest: str, repository: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the stack's outputs and doubts about the live release. Raises FailureError.

    `digest` is the live release's by its record, empty without one: then the outputs' own is compared.
    """
    outputs = engine.outputs()
    named = outputs.get("release") or {}
    wanted, place = digest or read_digest(outputs), repository or str(named.get("repository", ""))
    if not wanted:
        return outputs, ()
    return outputs, tuple(find_doubts(engine.state(), read_digest(outputs), place, wanted))


def read_alerts(config: StackConfig) -> tuple[Alert, ...]:
    """Return what is raised in the environment's resource group now, the gravest first. Raises AzError."""
    subscription = az("account", "show", "--query", "id")
    where = f"/subscriptions/{subscription}/providers/Microsoft.AlertsManagement/alerts?api-version={_ALERTS}"
    url = f"{where}&targetResourceGroup={config.group_name}&monitorCondition=Fired&timeRange=30d"
    listed = az("rest", "--method", "get", "--url", url, "--query", "value[].properties.essentials") or []
    found = [
        Alert(
            rule=str(one.get("alertRule", "")).rpartition("/")[2],
            severity=int(str(one.get("severity", "Sev4"))[-1]),
            since=str(one.get("startDateTime", ""))[:16].replace("T", " "),
            state=str(one.get("alertState", "")),
        )
        for one in listed
        if one.get("alertState") != "Closed"
    ]
    return tuple(sorted(found, key=lambda one: (one.severity, one.since)))
