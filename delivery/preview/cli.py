"""`slipway preview`: see in a minute what a change does, with or without credentials."""

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from delivery.failure import FailureError, UsageError
from delivery.paths import ROOT, short

from . import approval, show
from .report import schema
from .show import Form


@contextmanager
def _uncollected() -> Iterator[None]:
    """Millions of small things are read once and all kept to the end: looking for garbage doubles the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


app = typer.Typer(help="See what a change does before it is applied.", no_args_is_help=True)


@app.command(name="render")
def render_stack(
    stack: Annotated[str, typer.Option(help="the environment, as in Pulumi.<stack>.yaml")],
    out: Annotated[Path, typer.Option(help="folder for resources.json and k8s/*.yaml")],
    release: Annotated[Path | None, typer.Option(help="JSON of the release to show as deployed")] = None,
    *,
    unreleased: Annotated[bool, typer.Option("--unreleased", help="as before the first release: no workload")] = False,
) -> None:
    """Write everything that a stack declares, without credentials, network or an engine."""
    # The SDK's classes are hundreds of thousands of objects that stay: looking through them for garbage every 700 new
    # ones would take a third of the time. This process ends before much garbage comes together.
    gc.set_threshold(20000)
    # Loading Pulumi's SDK costs half a second, and not every installation of this command line has it.
    try:
        from . import releases, render  # noqa: PLC0415 - as said
    except ModuleNotFoundError as missing:
        raise FailureError(
            f"{missing.name} is not installed here: pip install -r requirements.txt (or make test-infra) brings it"
        ) from missing
    if release and unreleased:
        raise UsageError("--release and --unreleased exclude each other")
    deployed = releases.read(release) if release else None if unreleased else releases.STAND_IN
    recorded = render.render(ROOT, stack, deployed)
    render.write(recorded, out, name=render.name(ROOT), stack=stack)
    Console().print(
        f"{len(recorded.resources)} resources of {stack} rendered into {short(out.resolve())}", highlight=False
    )


@app.command(name="report")
def report_change(  # noqa: PLR0913, PLR0917 - one argument for each option
    stack: Annotated[str, typer.Option(help="the environment, as in Pulumi.<stack>.yaml; without it, each one")] = "",
    base: Annotated[str, typer.Option(help="branch or commit to compare with, without credentials")] = "main",
    engine: Annotated[str, typer.Option(help="file with `pulumi preview --json`; - is standard input")] = "",
    state: Annotated[Path | None, typer.Option(help="a rendered state, instead of rendering this work tree")] = None,
    base_state: Annotated[Path | None, typer.Option(help="with --state: the one to compare with")] = None,
    release: Annotated[Path | None, typer.Option(help="JSON of the release to show as deployed")] = None,
    base_release: Annotated[Path | None, typer.Option(help="the one on the base's side; without it, the same")] = None,
    form: Annotated[Form, typer.Option(help="what is printed")] = Form.TERMINAL,
    out: Annotated[Path | None, typer.Option(help="folder for preview.html, preview.md and preview.json")] = None,
    approved: Annotated[Path | None, typer.Option(help="stop unless this is what that file approved")] = None,
    save_approval: Annotated[Path | None, typer.Option(help="write what --approved compares with")] = None,
    link: Annotated[str, typer.Option(help="where all of it is; without it, the address of the build")] = "",
    *,
    pulumi: Annotated[bool, typer.Option("--pulumi", help="ask the engine, which needs credentials")] = False,
    summary: Annotated[bool, typer.Option("--summary", help="put it into the build's summary")] = False,
    artifact: Annotated[bool, typer.Option("--artifact", help="keep the page as an artifact of the build")] = False,
    comment: Annotated[bool, typer.Option("--comment", help="write or update the pull request's comment")] = False,
    report_only: Annotated[bool, typer.Option("--report-only", help="exit with 0 though a gate is shut")] = False,
    everything: Annotated[bool, typer.Option("--all", help="cut no list on the terminal")] = False,
) -> None:
    """Say what a change does, gravest first. Exit codes: 10 protected, 11 policy, 12 not what was approved."""
    with _uncollected():
        places = show.Places(out, summary, artifact, comment, link)
        to = show.ready(places)
        releases = release, base_release or release
        source = show.Source(stack, base, engine, pulumi, state, base_state, releases)
        single = [name for name, given in (("--approved", approved), ("--save-approval", save_approval)) if given]
        codes: list[int] = []
        for each in show.sources(source, [*single, *([f"--form {form}"] if form in show.SINGLE else [])]):
            sys.stdout.write("\n" if codes else "")
            found = show.preview(each)
            judged = show.show(
                found, form, show.placed(places, source, each), to, approved=approved, everything=everything
            )
            if save_approval:
                approval.write(save_approval, approval.approval(found))
            show.broken(found)
            codes.append(judged.exit_code)
        if (code := min(filter(None, codes), default=0)) and not report_only:
            raise typer.Exit(code)


@app.command()
def picture(
    stack: Annotated[str, typer.Option(help="the environment, as in Pulumi.<stack>.yaml")],
    out: Annotated[Path, typer.Option(help="the SVG file")],
    state: Annotated[Path | None, typer.Option(help="a rendered state, instead of rendering this work tree")] = None,
) -> None:
    """Draw an environment as it is declared."""
    show.picture(stack, state, out)
    Console().print(f"{short(out.resolve())} shows {stack}", highlight=False, markup=False)


@app.command(name="schema")
def print_schema() -> None:
    """Print the JSON schema of the report's JSON."""
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
