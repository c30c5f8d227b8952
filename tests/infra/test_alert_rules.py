"""Alerts speak only of series that exist, and each is worth its noise."""

import re
from dataclasses import replace

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.paths import ROOT
from slipway import scraping
from slipway.alert_rules import Alert, Recording, Severity, groups
from slipway.config.monitoring import ServiceLevel
from slipway.contract.metrics import LatencySeries, Metrics, RequestSeries

from .support.apps import sample_contract, sample_watched
from .support.promql import CLUSTER, EVERYWHERE, exported, grouped, management_routes, routes, selected

LEVEL = ServiceLevel(availability=99.9, p99_seconds=0.8, queue_seconds=0.2)
WATCHED = sample_watched(LEVEL)
GROUPS = {group.name: group for group in groups(WATCHED, issued=True)}
RULES = [rule for group in GROUPS.values() for rule in group.rules]
ALERTS = {rule.name: rule for rule in RULES if isinstance(rule, Alert)}
APP = exported()
METRICS = sample_contract().metrics or Metrics()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_expression_is_prometheus_own(rule: Alert | Recording) -> None:
    assert promql_parser.parse(rule.expression)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_series_is_exported_by_the_app_kept_by_the_add_on_or_recorded_before(rule: Alert | Recording) -> None:
    recorded = {each.name: {"cluster"} for each in GROUPS["objective"].rules if isinstance(each, Recording)}
    known = APP | CLUSTER | recorded

    for series in selected(rule.expression):
        assert series.metric in known
        assert series.matchers.keys() <= known[series.metric] | EVERYWHERE, series


def test_a_metric_that_nobody_exports_would_be_noticed() -> None:
    (series,) = selected('rate(scoring_errors_total{route="/score"}[5m])')

    assert series.metric not in APP | CLUSTER


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_grouping_is_by_labels_that_the_series_have(rule: Alert | Recording) -> None:
    known = APP | CLUSTER
    labels = set().union(*(known.get(series.metric, set()) for series in selected(rule.expression)), EVERYWHERE)

    assert labels.issuperset(name for grouping in grouped(rule.expression) for name in grouping)


@pytest.mark.parametrize("name", ["objective", "service"])
def test_alerts_on_the_app_look_at_its_namespace_alone(name: str) -> None:
    for rule in GROUPS[name].rules:
        for series in selected(rule.expression):
            where = scraping.NAMESPACE if series.metric in APP else "namespace"
            if series.metric in APP | CLUSTER:
                assert series.matchers[where] == "scoring-dev"


@pytest.mark.parametrize("alert", ALERTS.values(), ids=lambda alert: alert.name)
def test_a_summary_names_only_what_the_alert_carries(alert: Alert) -> None:
    named = set(re.findall(r"\$labels\.(\w+)", alert.summary))

    assert named <= set(grouped(alert.expression)[0] if grouped(alert.expression) else ["cluster"])


def test_azure_takes_twenty_rules_in_a_group() -> None:
    assert [(name, len(group.rules)) for name, group in GROUPS.items()] == [
        ("objective", 11),
        ("service", 16),
        ("cluster", 7),
        ("certificates", 4),
    ]


def test_no_two_rules_have_one_name() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_recordings_come_before_what_reads_them() -> None:
    kinds = [type(rule) for rule in GROUPS["objective"].rules]

    assert kinds == [Recording] * 7 + [Alert] * 4


@pytest.mark.parametrize(
    ("name", "most", "long", "short", "minutes", "severity"),
    [
        ("AvailabilityBurnsFast", "0.0144", "1h", "5m", 2, Severity.ERROR),
        ("AvailabilityBurns", "0.006", "6h", "30m", 15, Severity.ERROR),
        ("AvailabilityErodes", "0.003", "1d", "2h", 60, Severity.WARNING),
        ("AvailabilityErodesSlowly", "0.001", "3d", "6h", 180, Severity.INFORMATIONAL),
    ],
)
def test_the_promise_is_watched_at_four_speeds(
    name: str, most: str, long: str, short: str, minutes: int, severity: Severity
) -> None:
    alert = ALERTS[name]

    assert alert.expression.startswith(
        f"service:scoring_request_failures:ratio_rate{long} > {most}"
        f" and service:scoring_request_failures:ratio_rate{short} > {most} and on (cluster) "
    )
    assert alert.expression.endswith(f"[{long}])) >= 5")
    assert (alert.minutes, alert.severity) == (minutes, severity)


@given(availability=st.floats(95, 99.99))
def test_whatever_is_promised_the_fastest_alert_can_be_raised(availability: float) -> None:
    level = LEVEL.model_copy(update={"availability": availability})
    objective, *_ = groups(replace(WATCHED, level=level))
    limits = [
        float(re.findall(r" > ([0-9.e-]+)", rule.expression)[0]) for rule in objective.rules if isinstance(rule, Alert)
    ]

    assert limits == sorted(limits, reverse=True)
    assert 0 < limits[-1] < limits[0] < 1


def test_latency_and_queue_are_held_to_what_config_promises() -> None:
    assert "> 0.8 and on (cluster)" in ALERTS["AnswersSlow"].expression
    assert ALERTS["QueueLong"].expression.endswith("> 0.2")
    assert ALERTS["QueueNearlyFull"].expression.endswith("> 32")


def test_certificates_are_watched_where_an_authority_issues_them() -> None:
    assert "certificates" not in {group.name for group in groups(WATCHED)}
    for rule in GROUPS["certificates"].rules:
        for series in selected(rule.expression):
            assert series.matchers["namespace"] == WATCHED.series.namespace


def test_only_an_outage_is_critical() -> None:
    assert [name for name, alert in ALERTS.items() if alert.severity is Severity.CRITICAL] == ["NoReplicaAvailable"]


def counted(series: RequestSeries | LatencySeries | None, route: str) -> bool:
    """Tell if requests of a route are among those that the contract counts."""
    assert series
    matched = re.fullmatch(r'route(=~|!~)"(.+)"', str(series.matching))
    assert matched
    return bool(re.fullmatch(matched[2], route)) is (matched[1] == "=~")


def test_probes_and_unknown_paths_do_not_water_the_share_of_failures_down() -> None:
    aside = {route for route in routes() | {"(none)"} if not counted(METRICS.requests, route)}

    assert aside == management_routes() | {"/v2/health/live", "/v2/health/ready", "(none)"}


def test_latency_is_that_of_pictures() -> None:
    assert {route for route in routes() if counted(METRICS.latency, route)} == {
        "/score",
        "/v1/classify",
        "/v2/models/<name>/infer",
        "/v2/models/<name>/versions/<version>/infer",
    }


def test_every_alert_is_explained_where_its_runbook_says() -> None:
    place, anchors = ROOT / "docs/reference/alerts.md", set()
    for line in place.read_text().splitlines():
        if line.startswith("### "):
            anchors.add(line.removeprefix("### ").lower())

    assert {alert.runbook for alert in ALERTS.values()} == {f"docs/reference/alerts.md#{name}" for name in anchors}
