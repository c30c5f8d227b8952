"""Dates and versions of a stack file against the calendar.

Each rule yields (path, what was found, what is allowed). Its parameters are named after the sections that it reads;
`today` is the day on which the file is read. A file that was right when it was written is not refused later for its
age alone: a release, or the way back from one, must not fail on a date. So a rule refuses what was wrong already when
this version of Slipway was made, and what is too far ahead. A first `pulumi up` asks Azure (`slipway doctor`).
"""

from collections.abc import Iterator
from datetime import date

from slipway.kubernetes_versions import AS_OF, CALENDAR, minor, supported

from .cluster import Cluster, Tier
from .environment import Environment
from .monitoring import Monitoring

_Problem = tuple[str, str, str]

_FIRST_MONTH = "2026-11"
"""No environment of Slipway's is older, so neither is a budget or a freeze of one."""


def version_is_one_that_aks_makes(environment: Environment, cluster: Cluster) -> Iterator[_Problem]:
    """AKS makes clusters of versions with support alone, and says so when network and registry are there already."""
    version, long_term = cluster.kubernetes_version, cluster.tier is Tier.PREMIUM
    makes = supported(AS_OF, long_term=long_term)
    if minor(version) in makes:
        return
    found = f"{version} with cluster.tier {cluster.tier}"
    if support := CALENDAR.get(minor(version)):
        found += f" (support ended on {support.until(long_term=long_term)})"
    others = f"; with tier Premium also {longer}" if (longer := _longer(makes)) and not long_term else ""
    command = f"`az aks get-versions --location {environment.location} --output table` lists them"
    yield "cluster.kubernetesVersion", found, f"{', '.join(makes)}{others}; {command}"


def _longer(makes: list[str]) -> str:
    """The versions that long-term support adds."""
    return ", ".join(one for one in supported(AS_OF, long_term=True) if one not in makes)


def budget_begins_in_time(monitoring: Monitoring, today: date) -> Iterator[_Problem]:
    """Azure makes no budget that begins before the current month, nor one that begins more than a year later.

    A budget that exists keeps its first month, so a month that has passed since is right.
    """
    if monitoring.budget is None:
        return
    starts, path = monitoring.budget.starts, "monitoring.budget.starts"
    latest = f"{today.year + 1}-{today.month:02}"
    if starts < _FIRST_MONTH:
        yield path, starts, f"the month of the first `pulumi up`, or a later one: at present {today:%Y-%m}"
    if starts > latest:
        yield path, starts, f"{latest} or earlier: Azure takes no month that is more than a year ahead"


def freezes_are_not_over(cluster: Cluster) -> Iterator[_Problem]:
    """A freeze of years ago is a misprint: it closes no window."""
    for index, freeze in enumerate(cluster.upgrades.freezes):
        if freeze.end < _FIRST_MONTH:
            path = f"cluster.upgrades.freezes[{index}].end"
            yield path, freeze.end, f"{_FIRST_MONTH}-01 or later: an earlier freeze closes no window of this cluster"


def aged(cluster: Cluster, today: date) -> Iterator[str]:
    """Sentences on what was right when it was written, and lets a running environment be."""
    support = CALENDAR.get(minor(cluster.kubernetes_version))
    until = support.until(long_term=cluster.tier is Tier.PREMIUM) if support else today
    if until < today:
        yield (
            f"slipway:cluster.kubernetesVersion: support of {cluster.kubernetes_version} ended on {until}. "
            "AKS makes no new cluster or pool of it: docs/how-to/upgrade-kubernetes.md"
        )


RULES = (version_is_one_that_aks_makes, budget_begins_in_time, freezes_are_not_over)
"""Every rule above."""
