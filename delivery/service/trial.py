"""Proving a started service, step by step: ready, the sample pictures, the page, a clean end."""

import http
import time
from pathlib import Path

from rich.markup import escape

from delivery.console import Steps
from delivery.paths import PICTURES

from .client import ask, await_ready
from .ending import end
from .pictures import Seen, classify_all, expected
from .running import Running, ServiceError, address, failure

_BAR = 20
_WATCH_SECONDS = 0.5


def prove(steps: Steps, running: Running, pictures: Path = PICTURES) -> None:
    """Ready within its deadline, every picture of the folder as expected, the page there. Raises ServiceError."""
    with steps.step("Ready") as step:
        step.result = f"/readyz of the management port said 200 after {await_ready(running):.1f} s"
    with steps.step("Classify") as step:
        seen = list(classify_all(running, expected(pictures)))
        step.result = f"{sum(not each.fault for each in seen)} of {len(seen)} pictures as expected"
        for each in seen:
            step.log(line(each))
        if any(each.fault for each in seen):
            raise ServiceError(step.result)
    for each in seen:
        steps.say(f"    {escape(line(each))}")
    with steps.step("Page") as step:
        _check_page(running)
        step.result = f"{address(running)} shows it to a browser"


def keep(steps: Steps, running: Running) -> None:
    """Leave it running until Ctrl-C. Raises ServiceError where it ends by itself."""
    try:
        steps.say(f"\n  Open [bold]{address(running)}[/] and drop a picture on it. Ctrl-C ends it.\n")
        while (code := running.exit_code()) is None:
            time.sleep(_WATCH_SECONDS)
    except KeyboardInterrupt:
        return
    raise failure(running, f"the service ended by itself, with exit code {code}")


def stop(steps: Steps, running: Running) -> None:
    """End it as Kubernetes does, in the middle of a picture. Raises ServiceError unless that is clean."""
    with steps.step("Stop") as step:
        ending = end(running, next(iter(expected())))
        step.result = (
            f"SIGTERM: the picture in flight was answered {ending.status}, "
            f"exit code 0 after {ending.seconds:.1f} s, nothing left behind"
        )


def line(seen: Seen) -> str:
    """One picture's answer: name, first class, probability as a bar, time."""
    bar = "#" * round(seen.probability * _BAR)
    mark = f"  {seen.fault}" if seen.fault else ""
    figures = f"{seen.probability:4.2f} {bar:{_BAR}} {seen.milliseconds:5.0f} ms"
    return f"{seen.picture.name:12} {seen.label:16} {figures}{mark}"


def _check_page(running: Running) -> None:
    answer = ask(running, "GET", "/", headers={"Accept": "text/html"})
    if answer.status != http.HTTPStatus.OK or b"<html" not in answer.body:
        raise failure(running, f"GET / for a browser: answered {answer.status} without a page")
