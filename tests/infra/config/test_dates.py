"""Dates and versions that were wrong when they were written are refused; a date alone never refuses a file later."""

import json
from datetime import date, timedelta

import pytest

from delivery.preview import project
from slipway.config import date_rules as rules
from slipway.config.cluster import Cluster
from slipway.config.environment import Environment
from slipway.config.load import parse
from slipway.config.monitoring import Monitoring
from slipway.config.problems import ConfigError
from slipway.kubernetes_versions import AS_OF, CALENDAR, supported
from tests.infra.config.sections import changed, refused, section
from tests.infra.config.test_monitoring import PLAIN
from tests.infra.golden.text import STACKS
from tests.infra.sections import CLUSTER, cluster, merged
from tests.support.sample import SAMPLE

HERE = Environment(workload="scoring", location="westeurope", suffix="x7", owner="me", cost_centre="1", protect=False)
TODAY = date(2026, 11, 28)
COMMAND = "`az aks get-versions --location westeurope --output table`"
WINDOW = {"day": "Tuesday", "start": "02:00"}


def monitoring(starts: str) -> Monitoring:
    return section(Monitoring, changed(PLAIN, "budget.starts", starts))


@pytest.mark.parametrize(("version", "tier"), [("1.35", "Free"), ("1.37.1", "Standard"), ("1.33", "Premium")])
def test_a_version_with_support_is_fine(version: str, tier: str) -> None:
    found = cluster(kubernetesVersion=version, tier=tier, upgrades={"channel": "none"})

    assert list(rules.version_is_one_that_aks_makes(HERE, found)) == []


def test_a_version_without_support_is_refused_with_those_that_aks_makes() -> None:
    assert list(rules.version_is_one_that_aks_makes(HERE, cluster(kubernetesVersion="1.33"))) == [
        (
            "cluster.kubernetesVersion",
            "1.33 with cluster.tier Free (support ended on 2026-07-31)",
            f"1.34, 1.35, 1.36, 1.37; with tier Premium also 1.32, 1.33; {COMMAND} lists them",
        )
    ]


@pytest.mark.parametrize("version", ["1.20", "1.99"])
def test_a_version_that_aks_never_made_is_refused(version: str) -> None:
    texts = project.read(SAMPLE).config("dev")
    wrong = {**json.loads(texts["slipway:cluster"]), "kubernetesVersion": version}

    with pytest.raises(ConfigError, match=rf"kubernetesVersion: found {version} with cluster\.tier Free, allowed: 1\."):
        parse("dev", {**texts, "slipway:cluster": json.dumps(wrong)}, today=TODAY)


def test_standard_support_lasts_twelve_months_and_long_term_support_twelve_more() -> None:
    for version, support in CALENDAR.items():
        assert timedelta(360) <= support.long_term - support.standard <= timedelta(370), version


def test_aks_supports_three_minor_versions_at_least_on_the_calendars_day() -> None:
    assert len(supported(AS_OF, long_term=False)) >= 3


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("years", [1, 5])
def test_a_committed_stack_file_stays_valid_when_its_dates_are_past(stack: str, years: int) -> None:
    later = TODAY.replace(year=TODAY.year + years)

    assert parse(stack, project.read(SAMPLE).config(stack), today=later).stack == stack


def test_a_version_whose_support_has_ended_since_is_told_and_not_refused() -> None:
    found = cluster(kubernetesVersion="1.35")

    assert list(rules.aged(found, date(2027, 3, 31))) == []
    [sentence] = rules.aged(found, date(2027, 4, 1))
    assert sentence.startswith("slipway:cluster.kubernetesVersion: support of 1.35 ended on 2027-03-31. AKS makes no")


def test_a_budget_of_before_slipway_is_refused() -> None:
    assert list(rules.budget_begins_in_time(monitoring("2024-01"), TODAY)) == [
        (
            "monitoring.budget.starts",
            "2024-01",
            "the month of the first `pulumi up`, or a later one: at present 2026-11",
        )
    ]


def test_a_budget_begins_within_a_year() -> None:
    assert list(rules.budget_begins_in_time(monitoring("2027-12"), TODAY)) == [
        (
            "monitoring.budget.starts",
            "2027-12",
            "2027-11 or earlier: Azure takes no month that is more than a year ahead",
        )
    ]
    assert list(rules.budget_begins_in_time(monitoring("2027-11"), TODAY)) == []


def test_a_budget_that_exists_keeps_the_month_in_which_it_began() -> None:
    assert list(rules.budget_begins_in_time(monitoring("2026-12"), date(2031, 5, 1))) == []


def test_a_freeze_of_years_ago_is_a_misprint() -> None:
    freezes = [{"start": "2020-12-18", "end": "2021-01-04"}, {"start": "2026-12-18", "end": "2027-01-04"}]
    found = cluster(upgrades={"clusterWindow": WINDOW, "freezes": freezes})

    assert [problem[:2] for problem in rules.freezes_are_not_over(found)] == [
        ("cluster.upgrades.freezes[0].end", "2021-01-04")
    ]


@pytest.mark.parametrize("text", ["2026-02-30", "2026-2-3", "18.12.2026", "20261218"])
def test_a_day_is_one_of_the_calendar(text: str) -> None:
    freezes = {"upgrades": {"clusterWindow": WINDOW, "freezes": [{"start": text, "end": "2027-01-04"}]}}

    assert refused(Cluster, merged(CLUSTER, freezes), "slipway:cluster") == [
        f'slipway:cluster.upgrades.freezes[0].start: found "{text}", allowed: a day such as 2026-12-24, in quotes'
    ]
