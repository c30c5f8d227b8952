"""`slipway bootstrap`: make what must exist before the first `pulumi up`."""

import sys
from typing import Annotated, Any

import typer

from delivery.az import AzError, az
from delivery.environment_file import FILE, write_environment
from delivery.failure import FailureError, UsageError
from delivery.paths import ROOT, short
from delivery.preview import project
from delivery.stack_config import read_stack
from slipway.azure_pipelines import LOGIN

from .place import Place, find_place, id_of
from .plan import KEY_API, plan
from .running import Subscription
from .script import write_script
from .step import SUBSCRIPTION, USER, Step, fill, line

app = typer.Typer(help="Make what must exist in a subscription before the first `pulumi up`.")


@app.command()
def bootstrap(
    stack: Annotated[str, typer.Option(help="the environment, as in Pulumi.<stack>.yaml")],
    person: Annotated[
        str, typer.Option("--for", help="object id of the person who gets the roles; else of who is logged in")
    ] = "",
    *,
    yes: Annotated[bool, typer.Option("--yes", help="make what lacks without asking")] = False,
    as_script: Annotated[
        bool, typer.Option("--print", help="print the commands for a shell, and ask or change nothing")
    ] = False,
) -> None:
    """Register providers and features, and make the state's account, containers, vault, key and roles.

    Each step looks first, so it can be run again. The facts of the place are written to .slipway/env.
    """
    found = project.read(ROOT)
    config, place = read_stack(found, stack), find_place(found, stack)
    steps = plan(config, place)
    if as_script:
        typer.echo(write_script(stack, steps, person), nl=False)
        return
    account = _account()
    facts = {SUBSCRIPTION: str(account["id"]), USER: person or _user()}
    subscription = Subscription(facts)
    name = (account.get("user") or {}).get("name")
    typer.echo(f"{stack}, in subscription {account.get('name')} ({account['id']}), as {name}")
    lacking = subscription.find_lacking(steps)
    _show(steps, lacking, facts)
    if lacking:
        _consent(yes=yes)
        _make(stack, subscription, lacking)
    _write(place, facts[SUBSCRIPTION])
    _show_next(stack)


def _account() -> dict[str, Any]:
    try:
        account: dict[str, Any] = az("account", "show")
    except AzError as error:
        raise AzError(f"{error}\nlog in: az login; for another person's login: slipway bootstrap --print") from None
    if account.get("state") != "Enabled":
        raise FailureError(
            f"subscription {account.get('name')}: found {account.get('state')}, allowed: Enabled\n"
            "choose another: az account set --subscription NAME"
        )
    return account


def _user() -> str:
    try:
        return str(az("ad", "signed-in-user", "show", "--query", "id"))
    except AzError as error:
        raise AzError(f"{error}\nname the person who gets the roles: --for OBJECT-ID") from None


def _show(steps: list[Step], lacking: list[Step], facts: dict[str, str]) -> None:
    there = [step.name for step in steps if step not in lacking]
    if there:
        typer.echo(f"\nIs there already: {', '.join(there)}.")
    if lacking:
        typer.echo("\nWill be made:")
    for step in lacking:
        typer.echo(f"  {step.name}: {step.why}")
        for words in (*step.make, *step.then):
            typer.echo(typer.style(f"    {line(fill(words, facts))}", dim=True))


def _consent(*, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("nothing was made: found no terminal to ask on, allowed: --yes, or --print for a script")
    if not typer.confirm("\nMake them?"):
        raise FailureError("nothing was made")


def _make(stack: str, subscription: Subscription, lacking: list[Step]) -> None:
    typer.echo()
    made = 0
    try:
        for step in lacking:
            typer.echo(f"[{made + 1}/{len(lacking)}] {step.name}", nl=False)
            subscription.make(step)
            typer.echo(" asked for" if step.settles else " made")
            made += 1
        typer.echo("Waiting for what Azure goes on with.")
        subscription.finish()
    except FailureError as error:
        typer.echo(" failed")
        raise FailureError(
            f"{error}\n{made} of {len(lacking)} steps are made; once the cause is mended, go on with: "
            f"slipway bootstrap --stack {stack}"
        ) from None
    except KeyboardInterrupt:
        typer.echo(f" stopped; go on with: slipway bootstrap --stack {stack}")
        raise


def _write(place: Place, subscription: str) -> None:
    key = place.key
    url = f"{id_of(key, subscription)}?api-version={KEY_API}"
    found = az("rest", "--method", "get", "--url", url, "--query", "properties.keyUriWithVersion")
    facts = {
        "PULUMI_BACKEND_URL": place.backend,
        "AZURE_STORAGE_ACCOUNT": place.account,
        "SLIPWAY_RELEASES": place.store,
        "SLIPWAY_SECRETS_PROVIDER": f"azurekeyvault://{str(found).removeprefix('https://')}",
        "SLIPWAY_SECRETS_KEY": id_of(key, subscription),
        **LOGIN,
    }
    write_environment(facts, FILE)
    typer.echo(f"\nFacts for later commands are in {short(FILE)}:")
    for name, value in facts.items():
        typer.echo(f"  {name}={value}")


def _show_next(stack: str) -> None:
    typer.echo(
        "\nNext:\n"
        f"  . {short(FILE)}\n"
        f'  pulumi stack init {stack} --secrets-provider "$SLIPWAY_SECRETS_PROVIDER"\n'
        f"  pulumi up --stack {stack}"
    )
