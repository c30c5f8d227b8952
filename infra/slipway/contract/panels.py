"""Alerts and dashboard rows that only one app has, as data.

An expression is PromQL with placeholders: ${app} stands for the matchers that find the app's own series, ${kube} for
those of the cluster's series about its objects; ${requests} and ${latency} are ${app} with what the contract says of
those series. ${pod} is the label that names a pod on the app's series, ${settings.<name>} a setting's number and
${serviceLevel.<name>} a promise.
"""

from typing import Annotated, Literal

from pydantic import Field

from slipway.config.base import Section

from .words import RuleName, Text


class Alert(Section):
    """An alert of the app's own."""

    name: RuleName
    """Its name."""

    severity: Literal["critical", "error", "warning", "informational"]
    """critical: no caller is served. error: the promise breaks. warning: act today. informational: no haste."""

    minutes: Annotated[int, Field(ge=1, le=1440)]
    """Minutes for which the expression must have a result."""

    expression: Text
    """PromQL with placeholders."""

    summary: Text
    """The alert in words; {{ $value | humanizePercentage }} and {{ $labels.<name> }} are Prometheus's own."""

    runbook: Text | None = None
    """The page that says what to do. Absent: the heading of docs/reference/alerts.md named after the alert."""


class Query(Section):
    """One line of a panel."""

    expression: Text
    """PromQL with placeholders."""

    legend: Annotated[str, Field(max_length=200)] = ""
    """Its name in the graph, such as {{version}}."""


class Panel(Section):
    """A graph."""

    title: Text
    """Its title."""

    description: Text
    """Its content, and the meaning of a change."""

    type: Literal["timeseries", "heatmap", "state-timeline", "stat"] = "timeseries"
    """Grafana's kind of panel."""

    unit: Annotated[str, Field(min_length=1, max_length=40)] = "short"
    """Grafana's unit, such as s, percentunit or reqps."""

    width: Annotated[int, Field(ge=4, le=24)] = 8
    """Of 24 columns."""

    queries: Annotated[tuple[Query, ...], Field(min_length=1, max_length=10)]
    """Its lines."""


class Row(Section):
    """Panels side by side, after the platform's own rows."""

    title: Text
    """Its title."""

    panels: Annotated[tuple[Panel, ...], Field(min_length=1, max_length=12)]
    """Its panels."""
