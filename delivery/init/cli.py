"""`slipway init`: write the stack file of a new environment."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from delivery.failure import ConflictError, FailureError
from delivery.paths import ROOT
from delivery.preview import project
from delivery.preview.project import Project
from delivery.stack_config import check_stack
from delivery.stack_file import parse_mapping
from slipway.config.app import App
from slipway.contract import Contract, ContractError, read

from .answers import Answers
from .gathering import Given, gather
from .questions import Questions
from .text import write_text

app = typer.Typer(help="Write the stack file of a new environment.")


@app.command()
def init(  # noqa: PLR0913, PLR0917  # each is an option
    stack: Annotated[str, typer.Option(help="the environment's name, which is the stack's")],
    promotes_from: Annotated[str, typer.Option(help="the environment whose releases it takes over")] = "",
    workload: Annotated[str, typer.Option(help="what runs there: part of every name")] = "",
    location: Annotated[str, typer.Option(help="Azure region")] = "",
    suffix: Annotated[str, typer.Option(help="2 to 6 letters and digits that make names unique in Azure")] = "",
    owner: Annotated[str, typer.Option(help="who answers for it: a tag")] = "",
    cost_centre: Annotated[str, typer.Option(help="who pays for it: a tag")] = "",
    admins: Annotated[list[str] | None, typer.Option(help="Entra groups that may do everything: ids or names")] = None,
    publishers: Annotated[list[str] | None, typer.Option(help="Entra groups that publish models: ids or names")] = None,
    email: Annotated[list[str] | None, typer.Option(help="addresses that hear of alerts")] = None,
    budget: Annotated[int, typer.Option(min=0, help="what a month may cost, in the subscription's currency")] = 0,
    bucket: Annotated[str, typer.Option(help="a bucket of S3 with the models, instead of Azure Blob")] = "",
    bucket_region: Annotated[str, typer.Option(help="its AWS region")] = "",
    bucket_role: Annotated[str, typer.Option(help="ARN of the role that reads it")] = "",
    zone: Annotated[str, typer.Option(help="DNS zone of a name of your own, such as contoso.com")] = "",
    zone_group: Annotated[str, typer.Option(help="its resource group")] = "",
    record: Annotated[str, typer.Option(help="the name in it; else the environment's")] = "",
    organization: Annotated[str, typer.Option(help="Azure DevOps organisation; none: no pipelines")] = "",
    devops_project: Annotated[str, typer.Option("--project", help="Azure DevOps project")] = "",
    code: Annotated[
        Literal["azure-repos", "github", "other-git"], typer.Option(help="the server that holds the code")
    ] = "azure-repos",
    repository: Annotated[str, typer.Option(help="its repository; else named as the project")] = "",
    connection: Annotated[str, typer.Option(help="github: the project's connection to it")] = "",
    url: Annotated[str, typer.Option(help="other-git: where to mirror from")] = "",
    branch: Annotated[str, typer.Option(help="the branch that is built and released")] = "main",
    approvers: Annotated[
        list[str] | None, typer.Option(help="groups of the project that approve releases: origin ids or names")
    ] = None,
    pool: Annotated[str, typer.Option(help="agents of your own, for what is private")] = "",
    callers: Annotated[list[str] | None, typer.Option(help="networks connected to it, such as the agents'")] = None,
    subscription: Annotated[str, typer.Option(help="id of the state's subscription; else that of the login")] = "",
    contract: Annotated[str, typer.Option(help="the app's contract, such as app/app.yaml")] = "",
    *,
    protect: Annotated[bool | None, typer.Option(help="whether data and address refuse to be deleted")] = None,
    https: Annotated[bool, typer.Option("--https", help="a gateway with a certificate in the first one too")] = False,
    force: Annotated[bool, typer.Option("--force", help="overwrite a stack file that is there")] = False,
) -> None:
    """Write Pulumi.STACK.yaml, by asking for what is not given. Nothing is written that the program would refuse.

    Versions and sizes are the current ones. A later environment takes over names, groups and the place of the state
    from the one that it promotes from.
    """
    found = project.read(ROOT)
    file = ROOT / f"Pulumi.{stack}.yaml"
    if file.exists() and not force:
        raise ConflictError(f"{file.name}: is there already; it stays. Overwrite it with: --force")
    given = Given(
        stack=stack,
        promotes_from=promotes_from,
        workload=workload,
        location=location,
        suffix=suffix,
        owner=owner,
        cost_centre=cost_centre,
        admins=admins or [],
        publishers=publishers or [],
        emails=email or [],
        approvers=approvers or [],
        callers=callers or [],
        bucket=bucket,
        bucket_region=bucket_region,
        bucket_role=bucket_role,
        zone=zone,
        zone_group=zone_group,
        record=record,
        organization=organization,
        project=devops_project,
        code=code,
        repository=repository,
        connection=connection,
        url=url,
        branch=branch,
        pool=pool,
        subscription=subscription,
        contract=contract,
        budget=budget,
        protect=protect,
        https=https,
    )
    answers = gather(given, found, Questions())
    text = _write(answers, found, datetime.now(UTC).date())
    file.write_text(text, encoding="utf-8")
    typer.echo(f"{file.name} written, and valid. Look at it: every line is yours from now on.")
    _show_next(answers, found)


def _write(answers: Answers, found: Project, today: date) -> str:
    """Return the text. Raises FailureError with every mistake that the program would find in it."""
    text = write_text(answers, _contract(answers, found.root), today)
    config = parse_mapping(text, f"Pulumi.{answers.stack}.yaml")["config"]
    try:
        check_stack(answers.stack, {**found.shared, **_texts(config)}, found.root)
    except FailureError as error:
        raise FailureError(f"{error}\nnothing was written") from None
    return text


def _texts(config: dict[str, object]) -> dict[str, str]:
    return {key: json.dumps(value) for key, value in config.items()}


def _contract(answers: Answers, root: Path) -> Contract:
    path = answers.contract or str(App.model_fields["contract"].default)
    try:
        return read(root / path, shown_as=path)
    except OSError as error:
        raise FailureError(f"--contract: found {path} ({error.strerror}), allowed: an app's contract") from None
    except ContractError as error:
        raise FailureError(str(error)) from None


def _show_next(answers: Answers, found: Project) -> None:
    beside = [one for one in found.stacks if one != answers.stack and found.promotes_from(one) == answers.promotes_from]
    if answers.promotes_from and beside:
        typer.echo(
            f"{', '.join(beside)} promotes from {answers.promotes_from} too. Where {answers.stack} comes between, set "
            f"slipway:environment.promotesFrom: {answers.stack} there."
        )
    typer.echo(f"Next: slipway bootstrap --stack {answers.stack}")
