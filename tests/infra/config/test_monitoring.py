"""What is promised, who is told, what it may cost; and what could never be heard of."""

from dataclasses import replace
from typing import Any

import pytest

from app.scoring import metrics
from slipway.config import monitoring as rules
from slipway.config import promise_rules
from slipway.config.environment import Environment
from slipway.config.monitoring import Monitoring
from slipway.contract.application import Application
from slipway.contract.metrics import Metrics
from tests.infra.support.apps import app, sample_contract
from tests.infra.support.workloads import workload

from .sections import changed, refused, section, told

PLAIN: dict[str, Any] = {
    "logs": {"dailyCapGb": 1.0, "retentionDays": 30, "containers": True},
    "notify": {"emails": ["oncall@contoso.com"]},
    "serviceLevel": {"availability": 99.9, "p99Seconds": 1.0, "queueSeconds": 0.25},
    "budget": {"amount": 250, "starts": "2026-12"},
}
WEBHOOK: dict[str, Any] = {
    "name": "pager",
    "url": "https://alerts.contoso.com/azure",
    "applicationObjectId": "5d7b9f10-4c2e-4b8a-8f36-2e9a1c0d7b54",
    "identifierUri": "api://contoso/alerts",
}
GRAFANA: dict[str, Any] = {
    "sku": "Standard",
    "zoneRedundant": True,
    "admins": ["3f1c2b5e-6d0a-4f6e-9a53-1c7f0e8d2b41"],
}


def environment(location: str) -> Environment:
    content = {"workload": "scoring", "suffix": "x7k2", "owner": "me", "costCentre": "1", "protect": False}
    return section(Environment, content | {"location": location})


def test_a_plain_section_is_accepted() -> None:
    assert refused(Monitoring, PLAIN, "slipway:monitoring") == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("logs.dailyCapGb", 0, "found 0, allowed: at least 0.05"),
        ("logs.retentionDays", 29, "found 29, allowed: at least 30"),
        ("logs.retentionDays", 731, "found 731, allowed: at most 730"),
        ("notify.emails", [], "found [], allowed: 1 to 50 addresses"),
        ("serviceLevel.availability", 100, "found 100, allowed: at most 99.99"),
        ("serviceLevel.availability", 0.999, "found 0.999, allowed: at least 95"),
        ("budget.amount", 0, "found 0, allowed: at least 1"),
        ("budget.amount", -5, "found -5, allowed: at least 1"),
        ("budget.starts", "2026-13", 'found "2026-13", allowed: a month such as 2026-12'),
        ("budget.spentPercent", [50, 60, 70, 80, 90], "allowed: 1 to 4 percentages"),
        ("budget", ..., "found nothing, allowed: a value: What a month may cost"),
    ],
)
def test_a_wrong_value_is_refused_in_words(path: str, value: Any, message: str) -> None:
    (problem,) = refused(Monitoring, changed(PLAIN, path, value), "slipway:monitoring")

    assert problem.startswith(f"slipway:monitoring.{path}: ")
    assert message in problem


def test_nobody_needs_to_be_told_of_the_cost() -> None:
    assert section(Monitoring, changed(PLAIN, "budget", None)).budget is None


@pytest.mark.parametrize(
    "url",
    [
        "http://alerts.contoso.com/azure",
        "https://user:password@alerts.contoso.com/azure",
        "https://prod-1.westeurope.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=abc",
        "https://alerts.contoso.com/#token",
        "alerts.contoso.com",
    ],
)
def test_a_webhook_that_carries_a_secret_or_no_tls_is_refused(url: str) -> None:
    content = changed(PLAIN, "notify.webhooks", [WEBHOOK | {"url": url}])
    (problem,) = refused(Monitoring, content, "slipway:monitoring")

    assert problem.startswith("slipway:monitoring.notify.webhooks[0].url: ")
    assert problem.endswith(
        "allowed: an https address without user, query or fragment: a secret in it would lie open here"
    )


def test_a_webhook_asks_for_a_token() -> None:
    content = changed(PLAIN, "notify.webhooks", [changed(WEBHOOK, "applicationObjectId", ...)])

    (problem,) = refused(Monitoring, content, "slipway:monitoring")
    assert problem.startswith(
        "slipway:monitoring.notify.webhooks[0].applicationObjectId: found nothing, allowed: a value"
    )


def test_two_webhooks_have_two_names() -> None:
    chosen = section(Monitoring, changed(PLAIN, "notify.webhooks", [WEBHOOK, WEBHOOK]))

    assert told(rules.receivers(chosen)) == [
        "monitoring.notify.webhooks[1].name: found pager, allowed: a name that no other webhook has"
    ]


@pytest.mark.parametrize("shares", [[80, 50], [50, 50]])
def test_shares_of_the_budget_rise(shares: list[int]) -> None:
    chosen = section(Monitoring, changed(PLAIN, "budget.spentPercent", shares))

    assert told(rules.budget(chosen)) == [
        f"monitoring.budget.spentPercent: found {shares}, allowed: different percentages, the smallest first"
    ]


def test_a_zone_redundant_grafana_needs_its_tier_and_its_region() -> None:
    essential = section(Monitoring, PLAIN | {"grafana": GRAFANA | {"sku": "Essential"}})
    standard = section(Monitoring, PLAIN | {"grafana": GRAFANA})

    assert told(rules.grafana(environment("westeurope"), standard)) == []
    assert told(rules.grafana(environment("westeurope"), essential)) == [
        "monitoring.grafana.zoneRedundant: found true, allowed: false, or true with sku Standard"
    ]
    assert told(rules.grafana(environment("ukwest"), standard)) == [
        "monitoring.grafana.zoneRedundant: found true, allowed: false, since ukwest has no zones"
    ]


def promises(level: dict[str, Any], chosen: Application) -> list[str]:
    """Return the mistakes of a service level, as they are shown."""
    monitoring = section(Monitoring, PLAIN | {"serviceLevel": level})
    return [
        *told(promise_rules.promises_are_measured(monitoring, chosen)),
        *told(promise_rules.promises_can_be_broken(monitoring, chosen, workload())),
        *told(promise_rules.promises_fit_the_histogram(monitoring, chosen)),
    ]


def test_a_promise_that_the_app_cannot_break_is_refused() -> None:
    queue, answer = promises(PLAIN["serviceLevel"], app(queueTimeoutSeconds=0.25, jobTimeoutSeconds=0.5))

    assert queue.endswith("queueSeconds: found 0.25, allowed: less than app.settings.queueTimeoutSeconds, 0.25")
    assert answer.endswith(
        "found 1, allowed: less than app.settings.queueTimeoutSeconds and jobTimeoutSeconds together, 0.75"
    )
    assert promises(PLAIN["serviceLevel"], app()) == []


def test_the_longest_promise_is_one_that_the_apps_histogram_can_tell() -> None:
    latency = (sample_contract().metrics or Metrics()).latency

    assert latency
    assert latency.highest_bucket == max(metrics._SECONDS)
    assert promises(PLAIN["serviceLevel"] | {"p99Seconds": 9.5}, app()) == []
    [problem] = promises(PLAIN["serviceLevel"] | {"p99Seconds": 10}, app())
    assert problem.startswith("monitoring.serviceLevel.p99Seconds: found 10, allowed: less than 10, the last bucket of")


def test_each_series_of_the_service_level_has_its_promise() -> None:
    found = promises({}, app())

    assert [line.split(":")[0].rsplit(".")[-1] for line in found] == ["availability", "p99Seconds", "queueSeconds"]
    assert found[0].endswith(
        "found nothing, allowed: a number: app/app.yaml has metrics.requests, and alerts need the promise"
    )


def test_a_promise_that_nothing_measures_is_refused() -> None:
    silent = app()
    silent = replace(silent, contract=silent.contract.model_copy(update={"metrics": None}))

    found = promises(PLAIN["serviceLevel"], silent)

    assert len(found) == 3
    assert found[0] == (
        "monitoring.serviceLevel.availability: found 99.9, "
        "allowed: nothing, since app/app.yaml has no metrics.requests to measure it by"
    )
    assert promises({}, silent) == []


def test_every_rule_is_listed() -> None:
    assert {rule.__name__ for rule in rules.RULES} == {"budget", "receivers", "grafana"}
