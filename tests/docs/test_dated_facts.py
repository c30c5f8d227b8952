"""A belief about others is looked up again when its day has come, and is where the list says it is."""

from datetime import UTC, datetime

import pytest

from docs.reference import dated_facts_page
from docs.reference.dated_facts_page import Dated

FACTS = [pytest.param(fact, id=f"{fact.name}: {fact.file}") for fact in dated_facts_page.facts()]


def test_the_page_is_current() -> None:
    assert dated_facts_page.PAGE.read_text(encoding="utf-8") == dated_facts_page.page()


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_is_looked_up_again_when_its_day_has_come(fact: Dated) -> None:
    today = datetime.now(UTC).date()

    assert today <= fact.until, f"{fact.name} in {fact.file} was believed until {fact.until}: see {fact.source}"


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_stands_where_the_list_says(fact: Dated) -> None:
    assert fact.values(), f"{fact.file} has nothing like {fact.pattern}"


def test_kubernetes_machines_roles_api_versions_image_and_tasks_are_listed() -> None:
    names = {fact.name for fact in dated_facts_page.facts()}

    assert len(names) >= 10
    assert {"Kubernetes of the sample", "API versions of Azure", "base image", "tasks of Azure Pipelines"} <= names
