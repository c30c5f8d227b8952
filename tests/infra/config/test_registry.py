"""The registry's settings, and what Azure sells with which tier."""

from typing import Any

import pytest
from pulumi_azure_native import containerregistry

from slipway.config import registry as rules
from slipway.config.environment import Environment
from slipway.config.registry import Registry, Tier

from .sections import pipelines, refused, section, told

BASIC: dict[str, Any] = {"sku": "Basic", "zoneRedundant": False, "access": "public"}


def registry(**values: Any) -> Registry:
    return section(Registry, BASIC | values)


def environment(location: str, promotes_from: str | None = None) -> Environment:
    content = {"workload": "scoring", "suffix": "x7k2", "owner": "me", "costCentre": "1", "protect": False}
    return section(Environment, content | {"location": location, "promotesFrom": promotes_from})


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("sku", "Classic", 'found "Classic", allowed: Basic, Standard or Premium'),
        ("untaggedRetentionDays", 0, "found 0, allowed: at least 1"),
        ("untaggedRetentionDays", 366, "found 366, allowed: at most 365"),
        ("softDeleteDays", 91, "found 91, allowed: at most 90"),
        ("access", "none", 'found "none", allowed: public, selected or private'),
        ("adminUser", True, "found an unknown key, allowed: sku, zoneRedundant"),
        ("zoneRedundant", "yes", 'found "yes", allowed: true or false, without quotes'),
    ],
)
def test_a_wrong_value_is_refused_in_words(key: str, value: Any, message: str) -> None:
    assert refused(Registry, BASIC | {key: value}, "slipway:registry")[0].startswith(
        f"slipway:registry.{key}: {message}"
    )


@pytest.mark.parametrize("sku", ["Basic", "Standard"])
@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("zoneRedundant", True, "found true, allowed: false, or true with registry.sku Premium"),
        ("access", "private", "found private, allowed: public, or private with registry.sku Premium"),
        ("access", "selected", "found selected, allowed: public, or selected with registry.sku Premium"),
        ("untaggedRetentionDays", 30, "found 30, allowed: nothing, or days with registry.sku Premium"),
    ],
)
def test_what_only_premium_has_is_refused_below_it(sku: str, key: str, value: Any, message: str) -> None:
    chosen = registry(sku=sku, **{key: value})

    assert told(rules.premium(chosen)) == [f"registry.{key}: {message}; {sku} has none of it"]
    assert told(rules.premium(chosen.model_copy(update={"sku": Tier.PREMIUM}))) == []


def test_everything_that_needs_premium_is_told_at_once() -> None:
    chosen = registry(zoneRedundant=True, access="private", untaggedRetentionDays=7)

    assert len(told(rules.premium(chosen))) == 3


def test_forgetting_for_good_and_taking_back_exclude_each_other() -> None:
    assert told(rules.forgetting(registry(untaggedRetentionDays=30, softDeleteDays=7))) == [
        "registry.softDeleteDays: found 7, allowed: nothing beside untaggedRetentionDays"
    ]
    assert told(rules.forgetting(registry(softDeleteDays=7))) == []


def test_zone_redundancy_needs_a_region_with_zones() -> None:
    chosen = registry(sku="Premium", zoneRedundant=True)

    assert told(rules.zones(environment("westeurope"), chosen)) == []
    assert told(rules.zones(environment("ukwest"), chosen)) == [
        "registry.zoneRedundant: found true, allowed: false, since ukwest has no zones"
    ]


def test_addresses_are_listed_exactly_where_they_decide() -> None:
    assert told(rules.listed(registry(allowedAddresses=["20.50.2.10"]))) == [
        "registry.allowedAddresses: found 1 of them, allowed: none, or registry.access selected"
    ]
    assert told(rules.listed(registry(access="selected", allowedAddresses=["20.50.2.10"]))) == []


def test_hosted_agents_cannot_push_into_a_closed_registry() -> None:
    hosted, closed = pipelines(None), registry(sku="Premium", access="private")

    (problem,) = told(rules.agents(environment("westeurope"), closed, hosted))
    assert problem.endswith("allowed: a pool of your own agents, since registry.access is private")
    assert told(rules.agents(environment("westeurope"), registry(), hosted)) == []


def test_a_later_environment_needs_no_agent_to_get_its_images() -> None:
    hosted, closed = pipelines(None), registry(sku="Premium", access="private")

    assert told(rules.agents(environment("westeurope", "dev"), closed, hosted)) == []


def test_every_tier_is_one_that_azure_knows() -> None:
    assert {each.value for each in Tier} <= {each.value for each in containerregistry.SkuName}


def test_every_rule_is_listed() -> None:
    assert {rule.__name__ for rule in rules.RULES} == {"premium", "forgetting", "zones", "listed", "agents"}
