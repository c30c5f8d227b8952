"""The Kubernetes cluster."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from .base import Section
from .node_pools import SystemPool, UserPool
from .values import Cidr, Guid
from .words import Counted, Matching


def _date(text: str) -> str:
    """`text` if it is a day of the calendar."""
    try:
        if re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise ValueError("a day such as 2026-12-24, in quotes")


Time = Annotated[str, Matching(r"([01][0-9]|2[0-3]):[0-5][0-9]", 'a time of day such as "02:00", in quotes')]
"""A time of day, 24 hours, with leading zeros."""

UtcOffset = Annotated[
    str, Matching(r"[+-](0[0-9]|1[0-4]):(00|15|30|45)", 'a distance from UTC such as "+01:00", in quotes')
]
"""How far local time is from UTC."""

Date = Annotated[str, AfterValidator(_date)]
"""A day, such as 2026-12-24."""

Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

LogCategory = Literal[
    "cloud-controller-manager",
    "cluster-autoscaler",
    "guard",
    "kube-apiserver",
    "kube-audit",
    "kube-audit-admin",
    "kube-controller-manager",
    "kube-scheduler",
]
"""A log of the control plane. kube-audit-admin leaves out reads, which are nine tenths of kube-audit."""


class Tier(StrEnum):
    """AKS pricing tiers."""

    FREE = "Free"
    STANDARD = "Standard"
    PREMIUM = "Premium"


class Channel(StrEnum):
    """How far AKS upgrades Kubernetes by itself."""

    NONE = "none"
    PATCH = "patch"
    STABLE = "stable"
    RAPID = "rapid"


class NodeImages(StrEnum):
    """How AKS keeps the nodes' system up to date."""

    NONE = "None"
    SECURITY_PATCH = "SecurityPatch"
    NODE_IMAGE = "NodeImage"


class ApiAccess(StrEnum):
    """From where the API server answers. Who may do what is Entra's matter in every case."""

    PUBLIC = "public"
    AUTHORISED = "authorised"
    PRIVATE = "private"


class LoginMode(StrEnum):
    """How kubelogin gets a token; the variable AAD_LOGIN_METHOD overrules it without a change of config."""

    AZURE_CLI = "azurecli"
    WORKLOAD_IDENTITY = "workloadidentity"
    AZURE_PIPELINES = "azurepipelines"
    MANAGED_IDENTITY = "msi"


class ApiServer(Section):
    """Where the API server is reached."""

    access: ApiAccess
    """public: from anywhere. authorised: from authorisedRanges. private: from connected networks only."""

    authorised_ranges: Annotated[tuple[Cidr, ...], Counted(0, 190, "ranges")] = ()
    """Public ranges that may ask, with access authorised. What the nodes go out by is added."""

    run_command: bool = False
    """Whether `az aks command invoke` works: a way in past the network, for whoever has the right."""


class Window(Section):
    """When work may begin, each so many weeks."""

    day: Day
    """Day of the week."""

    start: Time
    """From when on."""

    utc_offset: UtcOffset = "+00:00"
    """Where that time is meant. Azure knows no summer time here."""

    hours: Annotated[int, Field(ge=4, le=24)] = 4
    """For how long. Work that has begun is finished."""

    interval_weeks: Annotated[int, Field(ge=1, le=4)] = 1
    """Every so many weeks."""


class Freeze(Section):
    """Days without any maintenance."""

    start: Date
    """The first day."""

    end: Date
    """The last day."""


class Upgrades(Section):
    """What AKS upgrades by itself, and when."""

    channel: Channel
    """Kubernetes: none, patch (1.35.x), stable (the minor version before the newest) or rapid (the newest)."""

    node_images: NodeImages
    """The nodes' system: NodeImage weekly, SecurityPatch as soon as there are some, or None."""

    cluster_window: Window | None = None
    """When Kubernetes may be upgraded. None: AKS chooses."""

    node_window: Window | None = None
    """When nodes may be renewed. None: AKS chooses."""

    freezes: Annotated[tuple[Freeze, ...], Counted(0, 20, "freezes")] = ()
    """When neither may happen, in spite of both windows."""


class Security(Section):
    """What watches over the cluster, and what is locked away."""

    image_cleaner_hours: Annotated[int, Field(ge=24, le=2160)] = 168
    """How often unused images with known weaknesses are removed from the nodes."""

    azure_policy: bool
    """Whether Azure Policy judges what is deployed."""

    defender: bool
    """Whether Microsoft Defender watches the nodes, for a price by core."""

    host_encryption: bool
    """Whether the machines encrypt their disks and caches. Needs the subscription's feature EncryptionAtHost."""


class Admission(Section):
    """Who may use the cluster, beside the pipelines' identities. Entra groups, never people."""

    admins: Annotated[tuple[Guid, ...], Counted(1, 20, "groups")]
    """Groups that may do everything."""

    readers: Annotated[tuple[Guid, ...], Counted(0, 20, "groups")] = ()
    """Groups that may look at everything but secrets."""


class Cluster(Section):
    """`slipway:cluster`. Entra and Azure RBAC alone let anybody in: local accounts are off and cannot be turned on."""

    kubernetes_version: Annotated[str, Matching(r"1\.[0-9]{2}(\.[0-9]{1,2})?", 'a version such as "1.35", in quotes')]
    """MAJOR.MINOR, such as "1.35". The least that runs: a channel may go further, and a raised one upgrades."""

    tier: Tier
    """Free without an SLA, Standard with one, Premium with two years of support for a version."""

    node_os: Literal["AzureLinux", "Ubuntu"] = "AzureLinux"
    """The nodes' system."""

    system: SystemPool
    """The pool for Kubernetes itself."""

    pools: Annotated[dict[str, UserPool], Counted(1, 20, "pools")]
    """Pools for workloads, by name: 1 to 8 lower-case letters and digits."""

    api: ApiServer
    """Where the API server is reached."""

    upgrades: Upgrades
    """What is upgraded when."""

    security: Security
    """What watches over it."""

    access: Admission
    """Who may use it."""

    login: LoginMode = LoginMode.AZURE_CLI
    """How `pulumi up` proves to the cluster who it is."""

    logs: tuple[LogCategory, ...]
    """Logs of the control plane that are kept."""

    cost_analysis: bool = False
    """Whether costs are told apart by namespace. Not with tier Free."""
