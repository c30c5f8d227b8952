"""Where models come from."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from slipway.regions import has_zones

from .access import Access, PublicAddresses, addresses
from .base import Section
from .environment import Environment
from .pipelines import Pipelines
from .values import Guid
from .words import Counted, Matching

Days = Annotated[int, Field(ge=1, le=365)]
LongDays = Annotated[int, Field(ge=1, le=146_000)]

_SETTINGS = "an object: the settings of the chosen source"


class Source(StrEnum):
    """Which kind of object store."""

    BLOB = "blob"
    S3 = "s3"


class Redundancy(StrEnum):
    """Storage SKUs: one place, zones, or a second region, and both."""

    LRS = "Standard_LRS"
    ZRS = "Standard_ZRS"
    GRS = "Standard_GRS"
    GZRS = "Standard_GZRS"

    @property
    def zonal(self) -> bool:
        """Whether it needs a region with availability zones."""
        return self in (Redundancy.ZRS, Redundancy.GZRS)


class OldVersions(Section):
    """What becomes of a blob's previous states. Models themselves are never moved or deleted by rule."""

    cool_after_days: Days | None = None
    """Move a previous state to the cool tier after so many days. None: never."""

    delete_after_days: LongDays
    """Delete a previous state after so many days."""


class Blob(Section):
    """A private container of Azure Blob Storage."""

    redundancy: Redundancy
    """Copies: Standard_LRS in one place, _ZRS in three zones, _GRS in a second region, _GZRS in both."""

    access: Access
    """Networks that may ask: public all, selected the listed addresses and the private endpoint, private only that."""

    allowed_addresses: PublicAddresses = ()
    """Public addresses of the build agents and publishers, with access selected."""

    soft_delete_days: Days
    """How long a deleted blob can be taken back."""

    container_soft_delete_days: Days
    """How long the deleted container can be taken back."""

    old_versions: OldVersions
    """What becomes of previous states: above all of the pointer to the live version."""

    change_feed_days: LongDays | None = None
    """Keep a log of every change for so many days. None: no log."""

    immutable_days: LongDays | None = None
    """Nobody can delete any state of a blob for so many days. Cannot be turned off once on. None: off."""

    log_reads: bool = False
    """Whether each read is logged too, and not only each write and delete."""

    publishers: Annotated[tuple[Guid, ...], Counted(1, 20, "groups")]
    """Entra groups whose members may publish models."""


class S3(Section):
    """A bucket of S3 that exists already; Slipway declares nothing in AWS."""

    bucket: Annotated[
        str,
        Matching(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "a bucket's name: 3 to 63 of a-z, 0-9, . and -"),
    ]
    """The bucket."""

    region: Annotated[str, Matching(r"[a-z]{2}(-[a-z]+)+-[0-9]", "an AWS region such as eu-central-1")]
    """Its AWS region, such as eu-central-1."""

    role_arn: Annotated[
        str,
        Matching(
            r"arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,128}",
            "a role's ARN such as arn:aws:iam::123456789012:role/slipway-models",
        ),
    ]
    """IAM role that the build pipeline assumes by web identity."""

    prefix: Annotated[
        str,
        Matching(
            r"([A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*)?",
            "a folder such as scoring/live, without a slash at either end",
        ),
    ] = ""
    """Folder inside the bucket, without a slash at either end. Empty: the bucket itself."""

    @property
    def url(self) -> str:
        """The model repository as `slipway model --repository` takes it."""
        return "/".join(part for part in (f"s3://{self.bucket}", self.prefix) if part)


class Model(Section):
    """`slipway:model`. The model repository of the whole chain; only the first environment has it."""

    source: Source
    """blob: a store that Slipway declares. s3: a bucket that exists."""

    blob: Blob | None = None
    """Settings of the store, with source blob."""

    s3: S3 | None = None
    """The bucket, with source s3."""


def chosen(model: Model | None) -> Iterator[tuple[str, str, str]]:
    """Exactly the chosen source has settings."""
    if model is None:
        return
    for source, settings in ((Source.BLOB, model.blob), (Source.S3, model.s3)):
        if source is model.source and settings is None:
            yield f"model.{source}", "nothing", _SETTINGS
        if source is not model.source and settings is not None:
            yield f"model.{source}", "settings", f"none, since model.source is {model.source}"


def owned(environment: Environment, model: Model | None) -> Iterator[tuple[str, str, str]]:
    """The first environment of a chain owns the model repository, and no other."""
    earlier = environment.promotes_from
    if earlier is not None and model is not None:
        yield "model", "settings", f"none, since models come from {earlier} (environment.promotesFrom)"
    if earlier is None and model is None:
        yield "model", "nothing", "an object: where models come from, in an environment without promotesFrom"


def zones(environment: Environment, model: Model | None) -> Iterator[tuple[str, str, str]]:
    """Zone redundancy is to be had only where there are zones."""
    blob = model.blob if model else None
    if blob and blob.redundancy.zonal and not has_zones(environment.location):
        allowed = f"Standard_LRS or Standard_GRS, since {environment.location} has no zones"
        yield "model.blob.redundancy", blob.redundancy, allowed


def versions(model: Model | None) -> Iterator[tuple[str, str, str]]:
    """A previous state cools before it is deleted, and is not deleted while it is immutable."""
    if model is None or model.blob is None:
        return
    old = model.blob.old_versions
    path, found = "model.blob.oldVersions.deleteAfterDays", str(old.delete_after_days)
    if old.cool_after_days is not None and old.delete_after_days <= old.cool_after_days:
        yield path, found, f"more than coolAfterDays, {old.cool_after_days}"
    if model.blob.immutable_days is not None and old.delete_after_days < model.blob.immutable_days:
        yield path, found, f"at least immutableDays, {model.blob.immutable_days}"


def listed(model: Model | None) -> Iterator[tuple[str, str, str]]:
    """Addresses are listed exactly where they decide."""
    if model and model.blob:
        yield from addresses("model.blob", model.blob.access, model.blob.allowed_addresses)


def agents(model: Model | None, pipelines: Pipelines | None) -> Iterator[tuple[str, str, str]]:
    """Microsoft's hosted agents are outside every network, and their addresses change each week."""
    blob = model.blob if model else None
    if pipelines and pipelines.pool is None and blob and blob.access is not Access.PUBLIC:
        allowed = f"a pool of your own agents, since model.blob.access is {blob.access}"
        yield "pipelines.pool", "nothing (Microsoft-hosted agents)", allowed


RULES = (chosen, owned, zones, versions, listed, agents)
