"""Panels of a Grafana dashboard, and how they are laid out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

SOURCE = {"type": "prometheus", "uid": "${workspace}"}
"""The workspace that the viewer picked."""

_WIDTH = 24


@dataclass(frozen=True, kw_only=True)
class Query:
    expression: str
    legend: str = ""
    """A template such as {{pod}}."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    title: str
    description: str
    queries: tuple[Query, ...]
    width: int = 8
    height: int = 8
    type: str = "timeseries"
    unit: str = "short"
    limit: float | None = None
    """Value at which the promise ends: drawn as a line."""


def laid_out(rows: Sequence[tuple[str, Sequence[Panel]]]) -> Iterator[dict[str, Any]]:
    """Panels from left to right, row under row, each with its number."""
    number, top = 0, 0
    for title, panels in rows:
        number += 1
        yield {"id": number, "type": "row", "title": title, "panels": [], "gridPos": _place(_WIDTH, 1, 0, top)}
        left, top, height = 0, top + 1, 0
        for panel in panels:
            if left + panel.width > _WIDTH:
                left, top, height = 0, top + height, 0
            number += 1
            yield _drawn(panel, number, _place(panel.width, panel.height, left, top))
            left, height = left + panel.width, max(height, panel.height)
        top += height


def _place(width: int, height: int, left: int, top: int) -> dict[str, int]:
    return {"w": width, "h": height, "x": left, "y": top}


def _drawn(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit}
    if panel.limit is not None:
        steps = [{"color": "green", "value": None}, {"color": "red", "value": panel.limit}]
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}
        defaults["custom"] = {"thresholdsStyle": {"mode": "dashed"}}
    heat = panel.type == "heatmap"
    return {
        "id": number,
        "type": panel.type,
        "title": panel.title,
        "description": panel.description,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": SOURCE,
                "expr": query.expression,
                "legendFormat": query.legend or "__auto",
                "format": "heatmap" if heat else "time_series",
                "range": True,
            }
            for index, query in enumerate(panel.queries)
        ],
    }
