"""The service's Grafana dashboard: which code and model answer, whether they keep the promise, and how full they are.

It is drawn in the Azure portal ("Azure Monitor dashboards with Grafana") and in any Grafana that knows the workspace:
the viewer picks the workspace, because each Grafana names it differently.
"""

from typing import Any

from slipway.alert_rules.promql import Series
from slipway.config.monitoring import ServiceLevel

from . import rows
from .panel import SOURCE, laid_out

__all__ = ["dashboard"]

_SCHEMA = 39
"""Grafana 10's; newer ones migrate it when they load it."""


def dashboard(title: str, series: Series, level: ServiceLevel) -> dict[str, Any]:
    """The dashboard's JSON model."""
    content = (
        ("What answers", rows.releases(series)),
        ("What is promised", rows.promise(series, level)),
        ("How full it is", rows.room(series, level)),
        ("What it sees", rows.pictures(series)),
    )
    return {
        "title": title,
        "tags": ["slipway", "scoring"],
        "timezone": "browser",
        "schemaVersion": _SCHEMA,
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "workspace", "label": "Workspace", "type": "datasource", "query": "prometheus"}]
        },
        "annotations": {"list": [_annotation(series)]},
        "panels": list(laid_out(content)),
    }


def _annotation(series: Series) -> dict[str, Any]:
    """A mark at each moment when the code or the model changed."""
    builds = series.app("scoring_build_info")
    return {
        "name": "Releases",
        "datasource": SOURCE,
        "enable": True,
        "iconColor": "blue",
        "expr": f"count by (commit) ({builds}) unless count by (commit) ({builds} offset 5m)",
        "titleFormat": "commit {{commit}}",
    }
