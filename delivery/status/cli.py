"""`slipway status`: what runs in an environment, and whether it is well."""

from typing import Annotated

import typer

from delivery.failure import ExitCode
from delivery.paths import ROOT
from delivery.preview import project
from delivery.service.remote import HEADER_VARIABLE

from . import report
from .looking import Options, look
from .verdict import Health, judge

app = typer.Typer(help="What runs in an environment, and whether it is well.")

_CODES = {Health.HEALTHY: 0, Health.UNHEALTHY: ExitCode.UNHEALTHY, Health.UNKNOWN: ExitCode.FAILED}


@app.command()
def status(
    stack: Annotated[str, typer.Option(help="the environment, as in Pulumi.<stack>.yaml")],
    store: Annotated[
        str, typer.Option(envvar="SLIPWAY_RELEASES", help="the release store; else that of the stack file")
    ] = "",
    address: Annotated[str, typer.Option(help="where to ask instead of the stack's own address")] = "",
    header: Annotated[
        str,
        typer.Option(envvar=HEADER_VARIABLE, help="a header that proves the caller; else a token of az"),
    ] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON for machines")] = False,
) -> None:
    """Say which code and model run, since when and by whom, and whether callers are served.

    Changes nothing. Exit codes: 0 healthy; 20 not healthy; 1 unknown, because something could not be looked at.
    """
    seen = look(project.read(ROOT), stack, Options(store=store, address=address, header=header))
    verdict = judge(seen)
    (report.say_json if as_json else report.say)(seen, verdict)
    raise typer.Exit(_CODES[verdict.health])
