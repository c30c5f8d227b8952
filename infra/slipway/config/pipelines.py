"""Azure DevOps: the pipelines, what guards each environment, and where the state lies."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from slipway.time_zones import TIME_ZONES

from .base import Section
from .chain_rules import Chain
from .values import Guid
from .words import Counted, Matching

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


def chain_of(pipelines: Pipelines) -> Chain | None:
    """Return what the first environment fixes for its chain; None in a later one."""
    if pipelines.hub is None:
        return None
    mirrored = pipelines.hub.source.kind == "other-git"
    return Chain(branch=pipelines.branch, mirrored=mirrored, review_pool=pipelines.hub.review_pool)
