"""Report of the doctor: for people on a terminal, or as JSON for machines."""

import json
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from .finding import Finding, Purpose, State, lacking

_SIGNS = {State.THERE: ("✓", "+", "green"), State.MISSING: ("✗", "x", "red"), State.UNKNOWN: ("?", "?", "yellow")}
_WIDTH = 13


def say(findings: Sequence[Finding], purpose: Purpose | None, title: str) -> None:
    """One line for each, with its remedy under it; then what that means."""
    console = Console(highlight=False, soft_wrap=True)
    unicode = console.encoding.lower().startswith("utf")
    console.print(Text(title, style="bold"))
    for finding in findings:
        rich, plain, colour = _SIGNS[finding.state]
        line = Text.assemble((rich if unicode else plain, colour), f" {finding.name:{_WIDTH}} {finding.found}")
        console.print(line)
        if finding.state is not State.THERE:
            console.print(Text(f"  {'':{_WIDTH}} mend: {finding.remedy}", style="dim"))
    console.print()
    for wanted in [purpose] if purpose else Purpose:
        found = [finding.name for finding in lacking(findings, wanted)]
        verdict = f"lacks {', '.join(found)}" if found else "everything needed is there"
        console.print(Text.assemble((f"{wanted:{_WIDTH}}", "bold"), f" {verdict}"))
    unseen = [finding.name for finding in findings if finding.state is State.UNKNOWN]
    if unseen:
        console.print(f"Not looked at, and so not known to be there: {', '.join(unseen)}.")


def say_json(findings: Sequence[Finding], purpose: Purpose | None) -> None:
    """One JSON document on stdout."""
    listed = [
        {
            "name": finding.name,
            "state": finding.state,
            "found": finding.found,
            "needed_for": sorted(finding.needed_for),
            "remedy": finding.remedy,
        }
        for finding in findings
    ]
    document = {
        "for": purpose,
        "lacking": [finding.name for finding in lacking(findings, purpose)],
        "findings": listed,
    }
    print(json.dumps(document, indent=2))  # noqa: T201 - the command's output
