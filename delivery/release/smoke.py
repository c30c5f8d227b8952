"""Asking a deployed release, through the address that its users have, whether it is the right one and does its work."""

import http
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from delivery.app import App
from delivery.console import Step, Steps
from delivery.examples.call import Call
from delivery.examples.check import send, within
from delivery.examples.folder import Examples
from delivery.failure import FailureError
from delivery.service.client import await_ready
from delivery.service.identity import Identity
from delivery.service.remote import HEADER_VARIABLE, Remote
from delivery.service.running import ServiceError, failure
from delivery.service.trial import ask_examples

from .record import LOCAL_BUILD

_LATENCY_SAMPLES = 30
_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Demands:
    """Demands on a deployed release. `settle_seconds` is the time in which its predecessor may still answer."""

    latency_ms: float = 1000
    ready_seconds: float = 120
    settle_seconds: float = 120
    settled: int = 10
    """Answers in a row that must be the new release's."""
    samples: int = _LATENCY_SAMPLES


def identity(configuration: Mapping[str, Any]) -> Identity:
    """Return the identity that a service with this `slipway:release` must report."""
    model, build = configuration["model"], str(configuration["buildId"])
    return Identity(
        commit=str(configuration["commit"]),
        build="" if build == LOCAL_BUILD else build,
        model=str(model["name"]),
        version=str(model["version"]),
        sha256=str(model["sha256"]),
    )


def prove(
    steps: Steps,
    app: App,
    service: Remote,
    configuration: Mapping[str, Any],
    demands: Demands,
    examples: Examples | None,
) -> None:
    """Everything that is demanded, step by step. Raises ServiceError with the first thing that is wrong.

    Where nothing has the release's examples, its version and the app's own check alone are asked.
    """
    wanted, path = identity(configuration), app.contract.version
    with steps.step("Ready") as step:
        step.result = f"{service} is ready after {await_ready(service, demands.ready_seconds):.1f} s"
    if path is not None:
        with steps.step("Version") as step:
            step.result = _settled(step, lambda: wanted.check(service, path), demands)
    with steps.step("Examples") as step:
        if examples is None:
            step.skip("no record of this release is kept here, so its examples are not known")
        else:
            step.result = f"{len(ask_examples(step, service, examples))} as expected"
    if app.contract.checks.release is not None:
        with steps.step("Check") as step:
            step.result = _own_check(step, app, app.contract.checks.release, service, examples)
    with steps.step("Latency") as step:
        step.result = _latency(step, service, _calls(app, examples), demands)


def _own_check(step: Step, app: App, line: str, service: Remote, examples: Examples | None) -> str:
    """Run the app's check against the release."""
    step.status(line)
    with TemporaryDirectory(prefix="slipway-check-") as folder:
        if examples is not None:
            examples.write(Path(folder))
        try:
            values = {"url": str(service).rstrip("/"), "examples": folder}
            lines = app.run(line, values, variables=_proof(service)).splitlines()
        except FailureError as error:
            raise ServiceError(str(error)) from None
    for said in lines:
        step.log(said)
    return "; ".join(lines) or "passed"


def _proof(service: Remote) -> dict[str, str]:
    """Return the variable from which the app's check takes the proof that the gateway asks for."""
    return {HEADER_VARIABLE: ": ".join(service.proof[0])} if service.proof else {}


def _settled(step: Step, version: Callable[[], str], demands: Demands) -> str:
    """Until several answers in a row are the new release's: the old one may finish what it has begun."""
    until = time.monotonic() + demands.settle_seconds
    row = 0
    while True:
        try:
            said = version()
        except (ServiceError, ValueError) as error:
            row, fault = 0, str(error).splitlines()[0]
            step.status(fault)
            if time.monotonic() > until:
                raise ServiceError(
                    f"after {demands.settle_seconds:.0f} s the release still is another: {fault}"
                ) from None
            time.sleep(_PAUSE_SECONDS)
        else:
            row += 1
            if row >= demands.settled:
                return f"{said}, {row} times in a row"


def _calls(app: App, examples: Examples | None) -> list[tuple[Call, int]]:
    """The requests that are timed, each with its right status: the examples, else the path of its health."""
    if examples is None:
        return [(Call("GET", app.contract.health, {}, None), http.HTTPStatus.OK)]
    return examples.calls()


def _latency(step: Step, service: Remote, calls: list[tuple[Call, int]], demands: Demands) -> str:
    taken = []
    for number in range(demands.samples):
        call, status = calls[number % len(calls)]
        answer = send(service, call)
        if answer.status != status:
            raise failure(service, f"{call}: answered {answer.status}, expected {status}")
        taken.append(answer.milliseconds)
    slowest = within(taken)
    step.log(f"from {min(taken):.0f} to {max(taken):.0f} ms")
    found = f"nine of ten of {len(taken)} requests within {slowest:.0f} ms"
    if slowest > demands.latency_ms:
        raise ServiceError(f"{found}, allowed are {demands.latency_ms:.0f} ms")
    return f"{found}, allowed are {demands.latency_ms:.0f}"
