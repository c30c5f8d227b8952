"""Look at one environment, from every place that may be read here."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime

from delivery.bootstrap.place import Place, find_place
from delivery.model.location import parse_location
from delivery.model.store import open_store
from delivery.preview.project import Project
from delivery.release.engine import Engine
from delivery.release.proof import find_proof
from delivery.release.store import ReleaseStore
from delivery.service.remote import parse_remote
from delivery.service.running import ServiceError
from delivery.stack_config import read_stack
from slipway.azure_pipelines import LOGIN
from slipway.config.stack import StackConfig

from .asking import Notes, ask_service, read_alerts, read_certificate, read_deployments, read_engine
from .observed import Answer, Certificate, Status

_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Options:
    """Places to look at instead of the stack file's own; empty for those. `header` proves the caller."""

    store: str = ""
    address: str = ""
    header: str = field(default="", repr=False)


def look(project: Project, stack: str, options: Options) -> Status:
    """Return what was seen. Raises FailureError for a stack file with mistakes, UsageError for a wrong option."""
    config, notes = read_stack(project, stack), Notes()
    place = find_place(project, stack)
    _adopt(config, place)
    location = parse_location(options.store or place.store)
    url = options.address or config.endpoint_url
    answer, silent = _ask(config, url, options.header, notes)
    needs = "a login that may read it, such as Storage Blob Data Reader: az login"
    store = notes.read(str(location), lambda: ReleaseStore(open_store(location)), needs, essential=True)
    found = store and notes.read(str(location), lambda: read_deployments(store, stack, _SHOWN), needs, essential=True)
    deployments, live = found or (None, None)
    release = None
    if store and live:
        release = notes.read(f"release {live.begun.release}", lambda: store.find(live.begun.release), needs)
    image = (release.image.digest, release.image.repository) if release else ("", "")
    engine = notes.read(
        "the engine's state",
        lambda: read_engine(Engine(stack, project.root), *image),
        "pulumi, and a login that may read the state: . .slipway/env",
    )
    outputs, doubts = engine or (None, ())
    return Status(
        stack=stack,
        url=url,
        now=datetime.now(UTC),
        https=url.startswith("https://"),
        answer=answer,
        silent=silent,
        certificate=_certificate(url, notes),
        deployments=deployments,
        live=live,
        release=release,
        configured=outputs.get("release") if outputs else None,
        doubts=doubts,
        alerts=notes.read("alerts", lambda: read_alerts(config), "the role Monitoring Reader, and az login"),
        unread=tuple(notes.unread),
    )


def _adopt(config: StackConfig, place: Place) -> None:
    """Set what a login and the engine need and no person has set: the stack file names the place of its state."""
    facts = dict(LOGIN)
    if config.pipelines:
        facts |= {"PULUMI_BACKEND_URL": place.backend, "AZURE_STORAGE_ACCOUNT": place.account}
    for name, value in facts.items():
        os.environ.setdefault(name, value)


def _ask(config: StackConfig, url: str, header: str, notes: Notes) -> tuple[Answer | None, str]:
    """Return the service's answers, or why there are none although it can be reached."""
    contract, callers = config.application.contract, config.entry.callers
    known = {"callersAudience": callers.entra_audience, "callersReleaseKey": callers.release_key}
    facts = {name: value for name, value in known.items() if value}
    proof = notes.read("a proof for the gateway", lambda: find_proof(facts, header), "--header", essential=True)
    if proof is None:
        return None, ""
    service = parse_remote(url, contract.health, proof)
    silent: list[str] = []

    def question() -> Answer | None:
        try:
            return ask_service(service, contract.version)
        except ServiceError as error:
            if tuple(config.workload.service.allowed_sources) != ("0.0.0.0/0",):
                raise
            silent.append(str(error).splitlines()[0])
            return None

    needs = "a network that slipway:workload.service.allowedSources lets in, and DNS"
    return notes.read(url, question, needs, essential=True), "".join(silent)


def _certificate(url: str, notes: Notes) -> Certificate | None:
    if not url.startswith("https://"):
        return None
    return notes.read("the certificate", lambda: read_certificate(url), "a way to the address")
