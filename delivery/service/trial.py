"""Proving a started service, step by step: ready, the examples of its model, a clean end."""

import time

from rich.markup import escape

from delivery.console import Step, Steps
from delivery.examples import check
from delivery.examples.check import Outcome
from delivery.examples.folder import Examples

from .client import await_ready
from .ending import end
from .running import Running, address, failure

_WATCH_SECONDS = 0.5


def prove(steps: Steps, running: Running, examples: Examples) -> None:
    """Ready within its deadline, and every example answered rightly. Raises ServiceError."""
    with steps.step("Ready") as step:
        step.result = f"{running.ready_path} said 200 after {await_ready(running):.1f} s"
    with steps.step("Examples") as step:
        outcomes = ask_examples(step, running, examples)
        step.result = f"{len(outcomes)} of {len(outcomes)} examples as expected"
    for outcome in outcomes:
        steps.say(f"    {escape(str(outcome))}")


def ask_examples(step: Step, running: Running, examples: Examples) -> list[Outcome]:
    """Ask each example, with a line of the step's log for each. Raises ServiceError unless all are right."""
    outcomes = []
    for outcome in check.check_all(running, examples):
        step.status(outcome.name)
        step.log(str(outcome))
        outcomes.append(outcome)
    check.refuse_wrong(running, outcomes)
    return outcomes


def keep(steps: Steps, running: Running) -> None:
    """Leave it running until Ctrl-C. Raises ServiceError where it ends by itself."""
    try:
        steps.say(f"\n  Open [bold]{address(running)}[/] in a browser. Ctrl-C ends it.\n")
        while (code := running.exit_code()) is None:
            time.sleep(_WATCH_SECONDS)
    except KeyboardInterrupt:
        return
    raise failure(running, f"the service ended by itself, with exit code {code}")


def stop(steps: Steps, running: Running, examples: Examples) -> None:
    """End it as Kubernetes does, in the middle of an example. Raises ServiceError unless that is clean."""
    with steps.step("Stop") as step:
        step.result = str(end(running, examples))
