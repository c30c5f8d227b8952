"""What is measured, what is promised, who is told, and what it may cost."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from slipway.regions import has_zones

from .base import Section
from .environment import Environment
from .values import Email, Guid
from .words import Counted, Matching

Percent = Annotated[int, Field(ge=1, le=1000)]


def _endpoint(text: str) -> str:
    """`text` if it is an address that could be read by anybody without harm."""
    try:
        url = urlsplit(text)
        plain = url.scheme == "https" and url.hostname and not (url.username or url.password)
    except ValueError:
        plain = False
    if not plain or "?" in text or "#" in text:
        raise ValueError("an https address without user, query or fragment: a secret in it would lie open here")
    return text


class Logs(Section):
    """The Log Analytics workspace."""

    daily_cap_gb: Annotated[float, Field(ge=0.05, le=4000)]
    """Gigabytes a day; beyond them logs are dropped until the next day, so that a loop of errors costs little."""

    retention_days: Annotated[int, Field(ge=30, le=730)]
    """How long logs can be searched. The first 31 days cost nothing."""

    containers: bool
    """Whether Container Insights collects the app's logs and its namespace's events."""


class Webhook(Section):
    """A receiver of alerts that asks for an Entra token, so that nothing about it is secret."""

    name: Annotated[str, Matching(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,63}", "1 to 64 letters, digits, spaces, _ and -")]
    """What the action group calls it."""

    url: Annotated[str, AfterValidator(_endpoint)]
    """Its address."""

    application_object_id: Guid
    """Object id of the Entra application that it checks tokens for."""

    identifier_uri: Annotated[str, Matching(r"api://[A-Za-z0-9._/-]+", "a URI such as api://contoso/alerts")]
    """That application's identifier URI."""


class Notify(Section):
    """Who hears of alerts and of the budget."""

    emails: Annotated[tuple[Email, ...], Counted(1, 50, "addresses")]
    """Addresses; one at least, or alerts would be raised for nobody."""

    webhooks: Annotated[tuple[Webhook, ...], Counted(0, 10, "receivers")] = ()
    """Receivers such as an on-call tool."""


class ServiceLevel(Section):
    """Promises to callers, as far as the app's contract names the series to measure them. Alerts follow from them."""

    availability: Annotated[float, Field(ge=95, le=99.99)] | None = None
    """Percent of requests over 30 days that are not answered with a server error. Needs `metrics.requests`."""

    p99_seconds: Annotated[float, Field(ge=0.01, le=3600)] | None = None
    """99 of 100 requests are answered within so many seconds: no more than `metrics.latency` can measure."""

    queue_seconds: Annotated[float, Field(ge=0.005, le=3600)] | None = None
    """19 of 20 requests wait for their turn no longer than this. Needs `metrics.stages`."""

    least_failures: Annotated[int, Field(ge=1, le=1000)] = 5
    """Fewer failures than this within an alert's window wake nobody, however bad their share of little traffic is."""


class Budget(Section):
    """What a month may cost, the nodes' own resource group included. Azure only tells; it stops nothing."""

    amount: Annotated[int, Field(ge=1, le=10_000_000)]
    """In the subscription's currency, for a month."""

    starts: Annotated[str, Matching(r"20[0-9]{2}-(0[1-9]|1[0-2])", "a month such as 2026-12")]
    """The month in which the environment is first made, or one within the year after: Azure takes no earlier one."""

    spent_percent: Annotated[tuple[Percent, ...], Counted(1, 4, "percentages")] = (50, 80, 100)
    """Tell when so much is spent."""

    forecast_percent: Percent = 100
    """Tell when so much will have been spent by the month's end, going by its days so far."""


class GrafanaSize(StrEnum):
    """Managed Grafana's SKUs."""

    ESSENTIAL = "Essential"
    STANDARD = "Standard"


class Grafana(Section):
    """Azure Managed Grafana: a Grafana of one's own. The dashboard in the portal needs none."""

    sku: GrafanaSize
    """Essential for trying, Standard with an SLA."""

    zone_redundant: bool
    """Whether it survives the loss of a zone. Standard; a change replaces it."""

    admins: Annotated[tuple[Guid, ...], Counted(1, 20, "groups")]
    """Entra groups that may change it."""


class Monitoring(Section):
    """`slipway:monitoring`. Logs, metrics, alerts and budget."""

    logs: Logs
    """Where logs go, and how many."""

    notify: Notify
    """Who is told."""

    service_level: ServiceLevel = Field(default_factory=ServiceLevel)
    """The promises to callers: each one that the app's series can measure, and no other."""

    viewers: Annotated[tuple[Guid, ...], Counted(0, 20, "groups")] = ()
    """Entra groups that may look at logs, metrics and dashboards."""

    budget: Budget | None
    """What a month may cost. None (null): nobody is told."""

    dashboard: bool = True
    """Whether the service's dashboard is put into the Azure portal, where it costs nothing."""

    grafana: Grafana | None = None
    """A Managed Grafana beside it. None: none."""


def budget(monitoring: Monitoring) -> Iterator[tuple[str, str, str]]:
    """Each share of the budget is told once."""
    if monitoring.budget is None:
        return
    shares = monitoring.budget.spent_percent
    if list(shares) != sorted(set(shares)):
        yield "monitoring.budget.spentPercent", str(list(shares)), "different percentages, the smallest first"


def receivers(monitoring: Monitoring) -> Iterator[tuple[str, str, str]]:
    """An action group's receivers have different names."""
    names = [webhook.name for webhook in monitoring.notify.webhooks]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield f"monitoring.notify.webhooks[{index}].name", name, "a name that no other webhook has"


def grafana(environment: Environment, monitoring: Monitoring) -> Iterator[tuple[str, str, str]]:
    """Zone redundancy needs the SKU and the region."""
    if monitoring.grafana is None or not monitoring.grafana.zone_redundant:
        return
    if monitoring.grafana.sku is not GrafanaSize.STANDARD:
        yield "monitoring.grafana.zoneRedundant", "true", "false, or true with sku Standard"
    if not has_zones(environment.location):
        yield "monitoring.grafana.zoneRedundant", "true", f"false, since {environment.location} has no zones"


RULES = (budget, receivers, grafana)
