"""The service's Grafana dashboard: which code and model answer, whether they keep the promise, and how full they are.

It is drawn in the Azure portal ("Azure Monitor dashboards with Grafana") and in any Grafana that knows the workspace:
the viewer picks the workspace, because each Grafana names it differently.
"""

from collections.abc import Iterator
from typing import Any

from slipway.alert_rules import Watched

from . import rows
from .panel import SOURCE, laid_out

__all__ = ["dashboard"]

_SCHEMA = 39
"""Grafana 10's; newer ones migrate it when they load it."""


def dashboard(title: str, app: str, watched: Watched) -> dict[str, Any]:
    """The dashboard's JSON model."""
    content = (
        ("What answers", rows.releases(watched)),
        ("What is promised", rows.promise(watched)),
        ("How full it is", rows.room(watched)),
        *((row.title, rows.own(watched, row)) for row in (watched.metrics.rows if watched.metrics else ())),
    )
    return {
        "title": title,
        "tags": ["slipway", app],
        "timezone": "browser",
        "schemaVersion": _SCHEMA,
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "workspace", "label": "Workspace", "type": "datasource", "query": "prometheus"}]
        },
        "annotations": {"list": list(_annotations(watched))},
        "panels": list(laid_out([(name, panels) for name, panels in content if panels])),
    }


def _annotations(watched: Watched) -> Iterator[dict[str, Any]]:
    """A mark at each moment when the code changed, where the app tells which code answers."""
    code = watched.metrics.code if watched.metrics else None
    if code is None:
        return
    builds, by = watched.series.app(code.series), f"count by ({code.identity})"
    yield {
        "name": "Releases",
        "datasource": SOURCE,
        "enable": True,
        "iconColor": "blue",
        "expr": f"{by} ({builds}) unless {by} ({builds} offset 5m)",
        "titleFormat": f"{code.identity} {{{{{code.identity}}}}}",
    }
