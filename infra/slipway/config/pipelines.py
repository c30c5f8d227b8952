"""Azure DevOps: the pipelines, what guards each environment, and where the state lies."""

from collections.abc import Callable, Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from slipway.time_zones import TIME_ZONES

from .base import Section
from .chain_rules import Chain, contradictions
from .environment import Environment
from .values import Guid
from .words import Counted, Matching

Found = Iterator[tuple[str, str, str]]

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Time = Annotated[str, Matching(r"([01][0-9]|2[0-3]):[0-5][0-9]", 'a time of day such as "08:00", in quotes')]
"""A time of day, 24 hours, with leading zeros."""

Branch = Annotated[str, Matching(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}", "a branch's name such as main or release/1")]
ProjectName = Annotated[
    str,
    Matching(
        r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}[A-Za-z0-9]", "a project's name: 2 to 64 letters, digits, spaces, ., _ and -"
    ),
]
Account = Annotated[str, Matching(r"[a-z0-9]{3,24}", "a storage account's name: 3 to 24 lower-case letters and digits")]
Container = Annotated[
    str,
    Matching(
        r"[a-z0-9]+(-[a-z0-9]+)*",
        "a container's name: 3 to 63 of a-z, 0-9 and -, no two - together, none at either end",
    ),
    Field(min_length=3, max_length=63),
]


def _organization(text: str) -> str:
    host, _, name = text.removeprefix("https://").rstrip("/").partition("/")
    modern = host == "dev.azure.com" and name and "/" not in name
    older = host.endswith(".visualstudio.com") and not name
    if not text.startswith("https://") or not (modern or older):
        raise ValueError("an organisation such as https://dev.azure.com/contoso")
    return text.rstrip("/")


def _time_zone(text: str) -> str:
    if text not in TIME_ZONES:
        raise ValueError('a Windows time zone such as "W. Europe Standard Time" or "UTC" (slipway/time_zones.py)')
    return text


def _git_url(text: str) -> str:
    address = text.removeprefix("https://")
    if address == text or "@" in address.partition("/")[0] or "/" not in address:
        raise ValueError("an https URL without credentials, such as https://git.example/team/app.git")
    return text


class State(Section):
    """The state backend: a blob container that exists before the first `pulumi up`, outside this program."""

    subscription_id: Guid | None = None
    """Subscription of the state account. Absent: the environment's own."""

    resource_group: Annotated[
        str,
        Matching(
            r"[A-Za-z0-9._()-]{1,89}[A-Za-z0-9_()-]",
            "a resource group's name: 2 to 90 letters, digits and ._-(), no dot last",
        ),
    ]
    """Resource group of the state account."""

    account: Account
    """Storage account that holds the state."""

    container: Container
    """Container that holds the state; the environments' identities alone get rights on it."""

    releases: Container = "releases"
    """Container beside it that keeps what was released and deployed; the build writes it too."""

    secrets_key: (
        Annotated[
            str,
            Matching(
                r"/subscriptions/.+/vaults/[^/]+/keys/[^/]+",
                "a key's resource id, /subscriptions/.../vaults/<vault>/keys/<key>",
            ),
        ]
        | None
    ) = None
    """Resource id of the Key Vault key that the stacks' secrets are encrypted with. Absent: no identity needs it."""


class Approval(Section):
    """Who must agree before a release reaches the environment. Whoever asked for the release never counts."""

    approvers: Annotated[tuple[Guid, ...], Counted(1, 20, "groups or people")]
    """Azure DevOps identities: origin ids of groups of the project, or ids of users."""

    minimum: Annotated[int, Field(ge=1, le=20)] = 1
    """How many of them must agree."""

    timeout_hours: Annotated[int, Field(ge=1, le=720)] = 72
    """A release that nobody approved within this time fails."""

    instructions: Annotated[str, Field(max_length=500)] = "Read the preview in the build's summary before you approve."
    """What approvers are told."""


class BusinessHours(Section):
    """When releases may begin."""

    days: Annotated[tuple[Day, ...], Field(min_length=1)]
    """Days of the week."""

    start: Time
    """From when on."""

    end: Time
    """Until when, later on the same day."""

    time_zone: Annotated[str, AfterValidator(_time_zone)]
    """Where these times are meant."""


class Checks(Section):
    """What guards the environment in Azure DevOps. Each is a resource of this program, none is clicked."""

    approval: Approval | None
    """Who must agree. null: nobody, every good build is released."""

    branch_control: Literal["protected", "named"] = "protected"
    """Which runs reach the environment, its connections, variables and agents: those of the main branch while policies
    protect it, or those of the main branch whether protected or not, since a mirror has no policies."""

    exclusive_lock: bool = True
    """Whether one release at a time may run; a newer one waits."""

    business_hours: BusinessHours | None = None
    """When releases may begin. Absent: at any time."""


class Project(Section):
    """The Azure DevOps project."""

    name: ProjectName
    """The project's name."""

    create: bool
    """Whether this program creates it, and then owns its settings. false: it exists."""


class Source(Section):
    """Where the code is."""

    kind: Literal["azure-repos", "github", "other-git"]
    """The server. Azure Pipelines reads no YAML from other-git, so that is mirrored into Azure Repos."""

    name: Annotated[
        str,
        Matching(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)?", "a repository's name: name, or owner/name at GitHub"),
        Field(max_length=140),
    ]
    """Repository: its name in Azure Repos (also of the mirror), or owner/name on GitHub."""

    create: bool = False
    """azure-repos: whether this program creates the repository, empty. It stays when the stack goes."""

    reviewers: Annotated[int, Field(ge=0, le=10)] = 1
    """azure-repos: how many others must approve a pull request. 0 leaves it to the repository's own policies."""

    connection: Annotated[str, Field(min_length=1, max_length=260)] | None = None
    """github: name of the project's connection that the Azure Pipelines app made; it holds no secret of ours."""

    url: Annotated[str, AfterValidator(_git_url)] | None = None
    """other-git: where to mirror from, readable without credentials: see docs/how-to/use-another-git-server.md."""

    pusher: Guid | None = None
    """other-git behind a login, in place of `url`: object id of the service principal that pushes from its side."""


class Hub(Section):
    """What the first environment of a chain owns for all: project, repository, pipelines, the way to the models."""

    project: Project
    """The project that holds the pipelines."""

    source: Source
    """The repository that the pipelines build."""

    review_pool: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """Self-hosted pool that runs the tests of branches before a review; no environment's own pool.
    Absent: Microsoft-hosted ubuntu-24.04."""

    model_trigger: Literal["schedule", "webhook", "none"] = "schedule"
    """What makes the build look for a new model: every hour of a working day, a call of the webhook, or
    nothing."""

    retention_days: Annotated[int, Field(ge=30, le=3650)] = 365
    """How long runs that were released are kept, with their release record."""


class Pipelines(Section):
    """`slipway:pipelines`. Absent: no Azure DevOps; people build and release from their machines."""

    organization: Annotated[str, AfterValidator(_organization)]
    """URL of the Azure DevOps organisation."""

    branch: Branch = "main"
    """The branch that is built and released; the same in every environment of a chain."""

    pool: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """Self-hosted agent pool, needed to reach what is private. Absent: Microsoft-hosted ubuntu-24.04."""

    rights: Literal["release", "environment"] = "release"
    """What the deploy identity may change: the workload only, or everything in the environment's resource group."""

    latency_budget_ms: Annotated[int, Field(ge=10, le=60_000)] = 1000
    """The slowest that nine of ten requests may be answered in, seen from the agent, or a release is taken back."""

    state: State
    """Where the stacks' state lies."""

    checks: Checks
    """What guards the environment."""

    hub: Hub | None = None
    """Only in the environment that promotes from none."""


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


def chain_of(pipelines: Pipelines) -> Chain | None:
    """Return what the first environment fixes for its chain; None in a later one."""
    if pipelines.hub is None:
        return None
    mirrored = pipelines.hub.source.kind == "other-git"
    return Chain(branch=pipelines.branch, mirrored=mirrored, review_pool=pipelines.hub.review_pool)


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
