"""`slipway release preview|deploy|verify|rollback|retain`."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from delivery.app import find_app
from delivery.console import Steps
from delivery.failure import FailureError, UsageError
from delivery.interrupts import StoppedError, raise_on_signals
from delivery.model.location import parse_location
from delivery.model.store import open_store
from delivery.paths import WORK
from delivery.service.remote import HEADER_VARIABLE

from .record import Release
from .recording import read
from .store import ReleaseStore

if TYPE_CHECKING:
    from .deployer import Deployer
    from .gate import Judged, Rights

Stack = Annotated[str, typer.Option(help="the environment, as in Pulumi.<stack>.yaml")]
ReleaseOption = Annotated[
    str, typer.Option("--release", help="release.json, the folder that holds it, or a name in the store such as latest")
]
Store = Annotated[
    str,
    typer.Option(
        "--store",
        envvar="SLIPWAY_RELEASES",
        help="where releases and deployments are kept: a folder, az://account/container, s3://bucket",
    ),
]
Latency = Annotated[
    float, typer.Option("--latency-ms", envvar="SLIPWAY_LATENCY_MS", min=1, help="nine of ten requests within this")
]
Address = Annotated[str, typer.Option(help="where to ask instead of the stack's endpointUrl")]
Header = Annotated[
    str,
    typer.Option(
        envvar=HEADER_VARIABLE,
        help="a header by which the gateway knows this caller, such as 'x-api-key: ...'; else a token of az",
    ),
]
CanaryOption = Annotated[
    str, typer.Option("--canary", help="share of the requests for the release at first, such as 10%")
]
Shadow = Annotated[
    bool, typer.Option("--shadow", help="mirror as many requests to the release before that, and leave its answers out")
]
AtOnce = Annotated[bool, typer.Option("--at-once", help="no canary, although the stack file asks for one")]
Settle = Annotated[float, typer.Option(min=0, help="seconds that the release before may still answer")]


def register(app: typer.Typer) -> None:
    """Add the commands that touch an environment to those that only look at releases."""
    for command in (preview, deploy, verify, rollback, retain):
        app.command()(command)


def preview(
    stack: Stack,
    release: ReleaseOption,
    to: Annotated[Path, typer.Option(help="folder for preview.html, preview.md and approval.json")] = WORK / "preview",
    store: Annotated[str, typer.Option(envvar="SLIPWAY_RELEASES", help="needed where --release is a name")] = "",
    *,
    canary: CanaryOption = "",
    shadow: Shadow = False,
    at_once: AtOnce = False,
) -> None:
    """What deploying a release would change, and what an approval of it approves. Changes nothing."""
    from .canary.plan import Wish  # noqa: PLC0415 - loaded where it is used
    from .deploy import choose_plan, preview_phase  # noqa: PLC0415 - loaded where it is used
    from .engine import Engine, read_digest  # noqa: PLC0415 - loaded where it is used
    from .gate import judge, require_cluster, write  # noqa: PLC0415 - loaded where it is used

    wanted = _release(release, _opened(store) if store else None)
    engine, new = Engine(stack), wanted.configuration()
    outputs = engine.outputs()
    plan = choose_plan(engine, outputs, wanted.image.digest, Wish(share=canary, shadow=shadow, at_once=at_once))
    require_cluster(engine)
    phases = {str(one): judge(preview_phase(engine, one, outputs, new)) for one in (plan.phases if plan else ())}
    judged = judge(engine.preview(new))
    write(judged, to, wanted, read_digest(outputs), phases)
    for name, one in phases.items():
        typer.echo(f"First, {name}:")
        _show(one, to / name.partition(" ")[0])
    if phases:
        typer.echo("Then, where it is no worse than the live release, all at once:")
    _show(judged, to)
    for one in (*phases.values(), judged):
        _refuse_shut(one)


def _show(judged: "Judged", folder: Path) -> None:
    """Print a preview, and put it into the summary of a build."""
    from delivery.preview import publish  # noqa: PLC0415 - loaded where it is used
    from delivery.preview.forms import terminal  # noqa: PLC0415 - what previews need costs time that --help should not take

    terminal.write(judged.report, Console())
    if "TF_BUILD" in os.environ:
        typer.echo(publish.summarise(judged.report, folder, os.environ, publish.run_link(os.environ)))


def _refuse_shut(judged: "Judged") -> None:
    from .gate import GateError  # noqa: PLC0415 - loaded where it is used

    if shut := list(judged.shut):
        raise GateError("\n".join(["this release cannot be deployed:", *shut]), judged.report.exit_code)


def deploy(  # noqa: PLR0913 - each is an option
    stack: Stack,
    release: ReleaseOption,
    store: Store,
    approved: Annotated[
        Path | None, typer.Option(help="approval.json, or a folder that holds it: anything else is not deployed")
    ] = None,
    rights: Annotated[
        str, typer.Option(envvar="SLIPWAY_RIGHTS", help="what this identity may change: release, environment, or all")
    ] = "all",
    *,
    latency_ms: Latency = 1000,
    address: Address = "",
    header: Header = "",
    settle: Settle = 120,
    older: Annotated[bool, typer.Option("--older", help="deploy it although a newer release is live")] = False,
    canary: CanaryOption = "",
    shadow: Shadow = False,
    at_once: AtOnce = False,
    metrics: Annotated[
        str,
        typer.Option(envvar="SLIPWAY_METRICS", help="Prometheus to ask for the gateway's figures instead of Azure's"),
    ] = "",
) -> None:
    """Bring a release into an environment, prove it through its public address, put the last good one back if it fails.

    Exit codes: 0 live; 1 to 5 nothing was changed, and 4 that another deployment is in the way; 6 it failed and the
    last good one is live again; 7 it failed and a person must look now; 9 too few requests reached the canary, which
    went back; 10 and more a gate of the preview is shut.
    """
    from .canary.plan import Wish  # noqa: PLC0415 - loaded where it is used
    from .deploy import deploy as bring  # noqa: PLC0415 - loaded where it is used

    opened = _opened(store)
    wanted = _release(release, opened)
    _keep(opened, wanted, release)
    with _deployer(stack, opened, latency_ms, address, header, settle) as deployer:
        wish = Wish(share=canary, shadow=shadow, at_once=at_once, metrics=metrics)
        target = bring(deployer, wanted, approved=approved, rights=_rights(rights), older=older, wish=wish)
        deployer.steps.say(escape(f"\n{target} is live in {stack}"))


def rollback(
    stack: Stack,
    store: Store,
    latency_ms: Latency = 1000,
    address: Address = "",
    header: Header = "",
    settle: Settle = 120,
) -> None:
    """Go back to what was really deployed before. Again: one further."""
    from .rollback import rollback as back  # noqa: PLC0415 - loaded where it is used

    with _deployer(stack, _opened(store), latency_ms, address, header, settle) as deployer:
        target = back(deployer)
        deployer.steps.say(escape(f"\n{target} is live in {stack} again"))


def verify(
    stack: Stack,
    store: Annotated[str, typer.Option(envvar="SLIPWAY_RELEASES", help="needed where --release is a name")] = "",
    release: Annotated[str, typer.Option("--release", help="the release that must be live; else the stack's own")] = "",
    latency_ms: Latency = 1000,
    address: Address = "",
    header: Header = "",
    settle: Settle = 5,
) -> None:
    """Ask the live release, through its public address, whether it is the right one and does its work."""
    from .verify import verify as ask  # noqa: PLC0415 - loaded where it is used

    opened = _opened(store) if store else None
    wanted = _release(release, opened) if release else None
    with _deployer(stack, opened, latency_ms, address, header, settle) as deployer:
        target = ask(deployer, wanted)
        deployer.steps.say(escape(f"\n{stack} runs {target}, and does what it must"))


def retain(
    days: Annotated[int, typer.Option(envvar="SLIPWAY_RETENTION_DAYS", min=1, max=36500, help="how long")] = 365,
) -> None:
    """Keep the runs that built and deployed this release. For a pipeline, from inside its run."""
    from .retain import retain as keep  # noqa: PLC0415 - loaded where it is used

    try:
        kept = keep(days)
    except UsageError:
        raise
    except FailureError as error:
        # The release is live by now: a run that is kept for a shorter time must not make its stage fail.
        warning = f"these runs are kept as long as the project's settings say: {error}"
        typer.echo("\n".join(f"##vso[task.logissue type=warning]{line}" for line in warning.splitlines()))
        return
    typer.echo(f"kept for {days} days: {', '.join(f'run {lease.run}' for lease in kept)}")


def _opened(store: str) -> ReleaseStore:
    return ReleaseStore(open_store(parse_location(store), create=True))


def _release(named: str, store: ReleaseStore | None) -> Release:
    if Path(named).exists():
        return read(Path(named))
    if store is None:
        raise UsageError(f"{named}: no such file or folder; a name needs the store that knows it: --store")
    return store.get(named)


def _keep(store: ReleaseStore, release: Release, named: str) -> None:
    """A release that was recorded elsewhere becomes known here, so that a rollback can find it again."""
    place = Path(named)
    if not place.exists() or store.find(release.id) is not None:
        return
    folder = place if place.is_dir() else place.parent
    try:
        documents = {one.file: (folder / one.file).read_bytes() for one in release.documents}
    except FileNotFoundError as error:
        raise UsageError(f"{error.filename}: is not there; a release comes with the documents that it names") from None
    store.add(release, documents)


def _rights(text: str) -> "Rights | None":
    if text == "all":
        return None
    if text not in ("release", "environment"):
        raise UsageError(f"--rights: found {text}, allowed: release, environment, all")
    return text  # type: ignore[return-value]  # one of the two by now


@contextmanager
def _deployer(
    stack: str, store: ReleaseStore | None, latency_ms: float, address: str, header: str, settle: float
) -> Iterator["Deployer"]:
    from .deployer import Deployer  # noqa: PLC0415 - loaded where it is used
    from .engine import Engine  # noqa: PLC0415 - loaded where it is used
    from .smoke import Demands  # noqa: PLC0415 - loaded where it is used

    raise_on_signals()
    steps = Steps(Console())
    demands = Demands(latency_ms=latency_ms, settle_seconds=settle)
    try:
        yield Deployer(
            steps=steps,
            engine=Engine(stack),
            app=find_app(stack=stack),
            store=store or _opened(str(WORK / "releases")),
            demands=demands,
            address=address,
            header=header,
            by=_who(),
        )
    except StoppedError as stopped:
        steps.say(
            f"\nstopped by {stopped}: {stack} may run either release now. "
            f"To be sure: slipway release rollback --stack {stack}, or deploy again"
        )
        raise typer.Exit(stopped.exit_code) from None


def _who() -> str:
    """Return the name that the history gives to the caller: a pipeline's run, or a person."""
    run = os.environ.get("BUILD_BUILDNUMBER")
    if run:
        person = os.environ.get("BUILD_REQUESTEDFOR", "nobody")
        return f"{os.environ.get('BUILD_DEFINITIONNAME', 'a pipeline')} {run} for {person}"
    return getpass.getuser()
