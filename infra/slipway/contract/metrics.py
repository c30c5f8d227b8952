"""The series that an app exports, and which of them are its service level."""

from typing import Annotated, Literal

from pydantic import Field

from slipway.config.base import Section

from .panels import Alert, Row
from .words import LabelName, RuleName, SeriesName, SettingName, Text, UrlPath

Matcher = Annotated[str, Field(min_length=1, max_length=500)]
"""PromQL matchers of labels, as they stand between braces: route!~"/healthz|/metrics"."""


class RequestSeries(Section):
    """The counter of answered requests. The availability that `slipway:monitoring` promises is measured by it."""

    series: SeriesName
    """The counter."""

    status: LabelName
    """The label that holds the status."""

    failed: Annotated[str, Field(min_length=1, max_length=200)] = "5.."
    """A regular expression for the status of a request that the app failed."""

    matching: Matcher | None = None
    """Matchers of the requests that count; probes would water the share of failures down. Absent: all."""

    left_out: Text | None = None
    """The requests that do not count, in words for the dashboard."""


class LatencySeries(Section):
    """The histogram of the time to answer."""

    series: SeriesName
    """The histogram, without _bucket."""

    unit: Literal["seconds", "milliseconds"] = "seconds"
    """Its unit."""

    matching: Matcher | None = None
    """Matchers of the requests that count. Absent: all."""

    highest_bucket: Annotated[float, Field(gt=0)]
    """Its last finite bucket, in its unit: beyond it no promise can be measured."""


class StageSeries(Section):
    """A histogram of the seconds that a request spends in each stage, the wait for its turn among them."""

    series: SeriesName
    """The histogram, without _bucket."""

    label: LabelName
    """The label that names the stage."""

    shown: Annotated[tuple[str, ...], Field(min_length=1, max_length=10)]
    """The stages, in order."""

    waiting: str
    """The stage in which a request waits; `slipway:monitoring.serviceLevel.queueSeconds` is its bound."""

    waiting_for: Text
    """The thing that it waits for, such as: a worker."""

    most: SettingName | None = None
    """The setting in seconds after which a waiting request is refused. Absent: none is."""


class Saturation(Section):
    """A gauge of each replica that has an upper bound."""

    series: SeriesName
    """The gauge."""

    bound: Annotated[float, Field(gt=0)] | None = None
    """The most that it can be. Either this or boundFrom."""

    bound_from: SettingName | None = None
    """The setting that says the most that it can be."""

    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """The alert is raised beyond this share of the bound."""

    alert: RuleName
    """The alert's name."""

    summary: Text
    """The alert's words; ${bound}, {{ $value }} and {{ $labels.<name> }} are filled in."""

    title: Text
    """The panel's title."""

    description: Text
    """The panel's description."""

    runbook: Text | None = None
    """The page that says what to do. Absent: the heading of docs/reference/alerts.md named after the alert."""


class Info(Section):
    """A series that is 1 and whose labels tell which code or model answers."""

    series: SeriesName
    """The gauge."""

    labels: Annotated[tuple[LabelName, ...], Field(min_length=1, max_length=6)]
    """Its labels that are shown."""

    identity: LabelName
    """The one that differs whenever the code or model does."""

    legend: Text
    """Its name in a graph, such as {{commit}}."""


class Losses(Section):
    """A counter of what died inside a replica and was replaced there, without a restart of the container."""

    series: SeriesName
    """The counter."""

    of: Text
    """The word for them, in the plural, such as: workers."""

    description: Text
    """The same in a few words more."""


class Metrics(Section):
    """Series for Prometheus."""

    path: UrlPath = "/metrics"
    """The path on the management port."""

    work: Text = "requests"
    """The subject of requests, in the plural: alerts and panels use the word."""

    ready: SeriesName | None = None
    """A gauge that is 1 while a replica takes traffic. Absent: Prometheus's own `up`."""

    requests: RequestSeries | None = None
    """Answered requests. Absent: no availability is promised, and none watched."""

    latency: LatencySeries | None = None
    """Time to answer. Absent: none is promised."""

    stages: StageSeries | None = None
    """Time by stage. Absent: no wait is promised."""

    saturation: Annotated[tuple[Saturation, ...], Field(max_length=4)] = ()
    """Gauges with a bound."""

    code: Info | None = None
    """The series that names the code."""

    model: Info | None = None
    """The series that names the model."""

    losses: Losses | None = None
    """Deaths inside a replica."""

    alerts: Annotated[tuple[Alert, ...], Field(max_length=7)] = ()
    """Alerts that only this app has."""

    rows: Annotated[tuple[Row, ...], Field(max_length=5)] = ()
    """Rows of the dashboard that only this app has."""
