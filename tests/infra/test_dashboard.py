"""The dashboard draws series that exist, without one panel over another."""

import json
import re
from itertools import combinations
from typing import Any

import pytest

from slipway import scraping
from slipway.alert_rules import Recording, groups
from slipway.config.monitoring import ServiceLevel
from slipway.dashboard import dashboard

from .support.apps import sample_watched
from .support.promql import CLUSTER, EVERYWHERE, exported, grouped, selected

LEVEL = ServiceLevel(availability=99.9, p99_seconds=0.8, queue_seconds=0.2)
WATCHED = sample_watched(LEVEL)
MODEL = dashboard("scoring-dev", "scoring", WATCHED)
PANELS: dict[str, Any] = {panel["title"]: panel for panel in MODEL["panels"] if panel["type"] != "row"}
QUERIES = [(title, target) for title, panel in PANELS.items() for target in panel["targets"]]
APP = exported()
RECORDED = {rule.name: {"cluster"} for group in groups(WATCHED) for rule in group.rules if isinstance(rule, Recording)}
KNOWN = APP | CLUSTER | RECORDED


def plain(expression: str) -> str:
    """`expression` with Grafana's own variables filled in."""
    return expression.replace("$__rate_interval", "5m")


@pytest.mark.parametrize(("title", "target"), QUERIES, ids=[f"{title}-{target['refId']}" for title, target in QUERIES])
def test_every_query_is_of_series_that_exist(title: str, target: dict[str, Any]) -> None:
    found = selected(plain(target["expr"]))

    assert found, title
    for series in found:
        assert series.metric in KNOWN
        assert series.matchers.keys() <= KNOWN[series.metric] | EVERYWHERE
        if series.metric not in RECORDED:
            assert series.matchers[scraping.NAMESPACE if series.metric in APP else "namespace"] == "scoring-dev"


@pytest.mark.parametrize(("title", "target"), QUERIES, ids=[f"{title}-{target['refId']}" for title, target in QUERIES])
def test_every_legend_names_labels_that_the_result_has(title: str, target: dict[str, Any]) -> None:
    expression = plain(target["expr"])
    groupings = grouped(expression)
    labels = set(groupings[0]) if groupings else KNOWN[selected(expression)[0].metric]

    assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= labels, title


def test_code_and_model_are_told_apart_by_version() -> None:
    assert PANELS["Code"]["targets"][0]["legendFormat"] == "{{commit}} (build {{build}})"
    assert PANELS["Model"]["targets"][0]["legendFormat"] == "{{name}} {{version}} ({{sha256}})"
    assert PANELS["Code"]["type"] == PANELS["Model"]["type"] == "state-timeline"


def test_a_release_is_marked_in_every_graph() -> None:
    (annotation,) = MODEL["annotations"]["list"]

    assert annotation["enable"] is True
    assert {series.metric for series in selected(annotation["expr"])} == {"scoring_build_info"}


@pytest.mark.parametrize(("title", "limit"), [("Failed requests", 0.001), ("Time to answer", 0.8), ("Stages", 0.2)])
def test_what_is_promised_is_drawn_as_a_line(title: str, limit: float) -> None:
    defaults = PANELS[title]["fieldConfig"]["defaults"]

    assert defaults["thresholds"]["steps"][-1]["value"] == pytest.approx(limit)
    assert defaults["custom"] == {"thresholdsStyle": {"mode": "dashed"}}


def test_panels_are_numbered_inside_the_grid_and_apart() -> None:
    places = [panel["gridPos"] for panel in MODEL["panels"]]

    assert [panel["id"] for panel in MODEL["panels"]] == list(range(1, len(places) + 1))
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)


def test_the_viewer_picks_the_workspace_since_every_grafana_names_it_differently() -> None:
    (variable,) = MODEL["templating"]["list"]

    assert (variable["name"], variable["type"], variable["query"]) == ("workspace", "datasource", "prometheus")
    for panel in PANELS.values():
        assert panel["datasource"] == {"type": "prometheus", "uid": "${workspace}"}
        assert all(target["datasource"] == panel["datasource"] for target in panel["targets"])


def test_every_panel_says_what_it_shows() -> None:
    assert all(panel["description"] for panel in PANELS.values())


def test_it_is_json_and_the_same_each_time() -> None:
    again = dashboard("scoring-dev", "scoring", WATCHED)

    assert json.loads(json.dumps(MODEL)) == again
