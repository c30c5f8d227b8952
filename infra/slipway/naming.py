"""Names, tags and labels: pure facts of the config, in the Cloud Adoption Framework's abbreviations.

Sources: learn.microsoft.com, "Abbreviation recommendations for Azure resources" and "Naming rules and restrictions for
Azure resources". A change of a name replaces the resource, so everything that may change is a tag instead.
"""

import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Self

from .regions import short

_CHECK = 5
"""Characters of the hash that closes a name which was cut: two long names never become one."""


@dataclass(frozen=True, kw_only=True)
class Naming:
    """Names of one environment. `workload` and `environment` are lower-case words, `location` an Azure region."""

    workload: str
    environment: str
    location: str
    suffix: str
    owner: str = ""
    cost_centre: str = ""
    extra_tags: tuple[tuple[str, str], ...] = ()
    track: str = ""
    """Word that tells pods beside the live ones from them; empty for those."""

    def name(self, abbreviation: str, *, part: str = "", limit: int = 63) -> str:
        """`<abbreviation>-<workload>-<environment>-<region>[-<part>]`, at most `limit` characters."""
        words = [abbreviation, self.workload, self.environment, short(self.location), part]
        return fitted("-".join(word for word in words if word), limit)

    def compact(self, abbreviation: str, *, limit: int = 24) -> str:
        """`<abbreviation><workload><environment><suffix>` for what takes letters and digits only."""
        whole = f"{abbreviation}{self.workload}{self.environment}{self.suffix}"
        return fitted(re.sub(r"[^a-z0-9]", "", whole), limit, joint="")

    @property
    def tags(self) -> dict[str, str]:
        """On every Azure resource that takes tags."""
        own = {
            "workload": self.workload,
            "environment": self.environment,
            "owner": self.owner,
            "costCentre": self.cost_centre,
            "managedBy": "pulumi",
        }
        return dict(self.extra_tags) | own

    @property
    def instance(self) -> str:
        """The workload in this environment, as Kubernetes labels say it."""
        return f"{self.workload}-{self.environment}"

    @property
    def selector(self) -> dict[str, str]:
        """Labels that find the workload's pods. Selectors are immutable, so no version is among them."""
        instance = f"{self.instance}-{self.track}" if self.track else self.instance
        return {"app.kubernetes.io/name": self.workload, "app.kubernetes.io/instance": instance}

    @property
    def canary(self) -> Self:
        """The names of the same environment, for pods that no selector of the live ones finds."""
        return replace(self, track="canary")

    def labels(self, version: str) -> dict[str, str]:
        """The six recommended labels (kubernetes.io, "Recommended Labels")."""
        return {
            **self.selector,
            "app.kubernetes.io/version": version,
            "app.kubernetes.io/component": "api",
            "app.kubernetes.io/part-of": "slipway",
            "app.kubernetes.io/managed-by": "pulumi",
        }


def fitted(name: str, limit: int, *, joint: str = "-") -> str:
    """`name`, or where it is longer than `limit`, its beginning and a hash of the whole."""
    if len(name) <= limit:
        return name
    check = sha256(name.encode()).hexdigest()[:_CHECK]
    return name[: limit - _CHECK - len(joint)].rstrip("-") + joint + check
