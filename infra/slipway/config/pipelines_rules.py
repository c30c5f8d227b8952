"""Contradictions in `slipway:pipelines`, and between it and other sections.

Each rule yields (path, found, allowed). Its parameters are named after the sections that it reads.
"""

from collections.abc import Callable, Iterator

from .chain_rules import contradictions
from .environment import Environment
from .pipelines import Pipelines, Source, chain_of

Found = Iterator[tuple[str, str, str]]


def one_hub(environment: Environment, pipelines: Pipelines | None) -> Found:
    """A chain has one owner of the project."""
    if pipelines is None:
        return
    if pipelines.hub is None and environment.promotes_from is None:
        yield "pipelines.hub", "nothing", "project and source, because this environment promotes from none"
    if pipelines.hub is not None and environment.promotes_from is not None:
        yield "pipelines.hub", "an object", f"nothing, because {environment.promotes_from} owns the project"


def source_fits_its_kind(pipelines: Pipelines | None) -> Found:
    """Each kind of repository needs its own facts, and takes no others."""
    if pipelines is None or pipelines.hub is None:
        return
    source, path = pipelines.hub.source, "pipelines.hub.source"
    if (source.kind == "github") != (source.connection is not None):
        allowed = "the connection's name" if source.kind == "github" else f"nothing for {source.kind}"
        yield f"{path}.connection", repr(source.connection or "nothing"), allowed
    yield from _mirrored_by_one(source, path)
    if source.create and source.kind != "azure-repos":
        yield f"{path}.create", "true", f"false: only a repository in Azure Repos can be created, not {source.kind}"
    if "reviewers" in source.model_fields_set and source.kind != "azure-repos":
        allowed = f"nothing for {source.kind}: reviews are a rule of the server where the code is"
        yield f"{path}.reviewers", str(source.reviewers), allowed
    if (source.kind == "github") != ("/" in source.name):
        allowed = "owner/name" if source.kind == "github" else "a name without a slash"
        yield f"{path}.name", repr(source.name), allowed


def _mirrored_by_one(source: Source, path: str) -> Found:
    """Either the pipeline pulls from the server, or the server pushes."""
    if source.kind == "other-git":
        if source.url is None and source.pusher is None:
            yield f"{path}.url", "'nothing'", "the URL to mirror from, or a pusher that does it from the server's side"
        if source.url is not None and source.pusher is not None:
            yield f"{path}.pusher", source.pusher, "nothing beside url: one of them writes the mirror"
        return
    for key, given in (("url", source.url), ("pusher", source.pusher)):
        if given is not None:
            yield f"{path}.{key}", repr(given), f"nothing for {source.kind}"


def new_project_has_its_repository(pipelines: Pipelines | None) -> Found:
    """A project is born with an empty repository of its own name, and a second one of that name is refused."""
    if pipelines is None or pipelines.hub is None:
        return
    project, source = pipelines.hub.project, pipelines.hub.source
    if not project.create or project.name.lower() != source.name.lower():
        return
    if source.create:
        yield "pipelines.hub.source.create", "true", "false: the new project already has a repository of its own name"
    if source.kind == "other-git":
        yield (
            "pipelines.hub.source.name",
            repr(source.name),
            "another name: the new project has one of its own",
        )


def environment_fits_its_own_chain(pipelines: Pipelines | None) -> Found:
    """The first environment keeps the rules that the later ones are judged by."""
    if pipelines is None or (chain := chain_of(pipelines)) is None:
        return
    control = pipelines.checks.branch_control
    yield from contradictions(chain, branch=pipelines.branch, pool=None, branch_control=control)


def approvers_suffice(pipelines: Pipelines | None) -> Found:
    """Nobody approves twice."""
    approval = pipelines.checks.approval if pipelines else None
    if approval is None:
        return
    if len(set(approval.approvers)) != len(approval.approvers):
        yield "pipelines.checks.approval.approvers", "the same approver twice", "each once"
    elif approval.minimum > len(approval.approvers):
        allowed = f"at most {len(approval.approvers)}, one for each approver"
        yield "pipelines.checks.approval.minimum", str(approval.minimum), allowed


def reviews_run_apart(pipelines: Pipelines | None) -> Found:
    """A pull request's own code runs on no agent that a release uses: what it leaves there would run with it."""
    if pipelines and pipelines.hub and pipelines.hub.review_pool and pipelines.hub.review_pool == pipelines.pool:
        allowed = "another pool than pipelines.pool, or nothing for Microsoft-hosted agents"
        yield "pipelines.hub.reviewPool", repr(pipelines.hub.review_pool), allowed


def hours_are_within_a_day(pipelines: Pipelines | None) -> Found:
    """Business hours end after they begin."""
    hours = pipelines.checks.business_hours if pipelines else None
    if hours and hours.end <= hours.start:
        yield "pipelines.checks.businessHours.end", repr(hours.end), f"a time after {hours.start} on the same day"


RULES: tuple[Callable[..., Found], ...] = (
    one_hub,
    source_fits_its_kind,
    new_project_has_its_repository,
    environment_fits_its_own_chain,
    approvers_suffice,
    reviews_run_apart,
    hours_are_within_a_day,
)
