"""`slipway doctor`: look, change nothing, and name the command that mends each thing."""

from typing import Annotated

import typer

from delivery.failure import ExitCode, FailureError
from delivery.paths import ROOT

from . import azure, devops, report, source, tools
from .finding import Finding, Purpose, lacking
from .target import Target, read

app = typer.Typer(help="What is missing here, each with the command that mends it.")


@app.command()
def doctor(
    purpose: Annotated[
        Purpose | None, typer.Option("--for", help="look only at what this needs; without it, at everything")
    ] = None,
    stack: Annotated[str, typer.Option(help="the environment whose Azure is looked at; by default the first")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON for machines")] = False,
) -> None:
    """Say what is missing on this machine, in this Azure and in this Azure DevOps.

    The exit code is 0 when everything that the purpose needs is there, and 1 when something lacks or could not be seen.
    """
    findings = [finding for finding in _look(purpose, stack) if purpose is None or purpose in finding.needed_for]
    if as_json:
        report.say_json(findings, purpose)
    else:
        report.say(findings, purpose, f"For {purpose}" if purpose else "Everything")
    if lacking(findings, purpose):
        raise typer.Exit(ExitCode.FAILED)


def _look(purpose: Purpose | None, stack: str) -> list[Finding]:
    """The machine, and of the cloud what the purpose needs."""
    found = list(tools.look())
    if purpose in (None, Purpose.DEPLOY, Purpose.PIPELINES):
        target, reason = _target(stack)
        found += azure.look(target, reason)
        if purpose is not Purpose.DEPLOY:
            found += devops.look(target, reason)
            found += source.look(target)
    return found


def _target(stack: str) -> tuple[Target | None, str]:
    try:
        return read(ROOT, stack), ""
    except FailureError as failure:
        return None, str(failure)
