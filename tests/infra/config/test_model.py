"""Where models come from: one source, with its settings, in the first environment of a chain."""

from typing import Any

import pytest
from pulumi_azure_native import storage

from delivery.model.location import S3Location, parse_location
from slipway.config import model as rules
from slipway.config.environment import Environment
from slipway.config.model import Model, Redundancy

from .sections import changed, pipelines, refused, section, told

BLOB: dict[str, Any] = {
    "source": "blob",
    "blob": {
        "redundancy": "Standard_LRS",
        "access": "public",
        "softDeleteDays": 14,
        "containerSoftDeleteDays": 14,
        "oldVersions": {"deleteAfterDays": 180},
        "publishers": ["5d7b9f10-4c2e-4b8a-8f36-2e9a1c0d7b54"],
    },
}
S3: dict[str, Any] = {
    "source": "s3",
    "s3": {
        "bucket": "contoso-models",
        "region": "eu-central-1",
        "roleArn": "arn:aws:iam::123456789012:role/slipway-models",
        "prefix": "scoring/live",
    },
}


def blob(path: str, value: Any) -> Model:
    return section(Model, changed(BLOB, f"blob.{path}", value))


def environment(**values: Any) -> Environment:
    content = {
        "workload": "scoring",
        "location": "westeurope",
        "suffix": "x7k2",
        "owner": "me",
        "costCentre": "1",
        "protect": False,
    }
    return section(Environment, content | values)


def test_both_sources_are_accepted() -> None:
    assert [refused(Model, content, "slipway:model") for content in (BLOB, S3)] == [[], []]


def test_a_bucket_is_the_url_that_the_model_commands_take() -> None:
    chosen = section(Model, S3).s3

    assert chosen
    assert chosen.url == "s3://contoso-models/scoring/live"
    assert parse_location(chosen.url) == S3Location("contoso-models", "scoring/live")


def test_without_a_prefix_the_bucket_itself_is_meant() -> None:
    chosen = section(Model, changed(S3, "s3.prefix", ...)).s3

    assert chosen
    assert chosen.url == "s3://contoso-models"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("source", "gcs", 'found "gcs", allowed: blob or s3'),
        ("blob.redundancy", "Premium_LRS", 'found "Premium_LRS", allowed: Standard_LRS, Standard_ZRS'),
        ("blob.softDeleteDays", 0, "found 0, allowed: at least 1"),
        ("blob.softDeleteDays", 366, "found 366, allowed: at most 365"),
        ("blob.softDeleteDays", "14", 'found "14", allowed: a whole number, without quotes'),
        ("blob.oldVersions.deleteAfterDays", ..., "found nothing, allowed: a value: Delete a previous state"),
        ("blob.publishers", [], "found [], allowed: 1 to 20 groups"),
        ("blob.publishers", ["data-scientists"], "allowed: a GUID such as 00000000-0000-0000-0000-000000000000"),
        ("blob.allowedAddresses", ["10.1.2.3"], 'found "10.1.2.3", allowed: a public IPv4 address such as 20.50.2.10'),
        ("blob.allowedAddresses", ["20.50.2.10/32"], "allowed: a public IPv4 address such as 20.50.2.10, or"),
        ("blob.sharedKeys", True, "found an unknown key, allowed: redundancy, access"),
    ],
)
def test_a_wrong_value_is_refused_in_words(path: str, value: Any, message: str) -> None:
    (problem,) = refused(Model, changed(BLOB, path, value), "slipway:model")

    assert problem.startswith(f"slipway:model.{path}")
    assert message in problem


@pytest.mark.parametrize(
    ("path", "value", "allowed"),
    [
        ("bucket", "Contoso_Models", "a bucket's name: 3 to 63 of a-z, 0-9, . and -"),
        ("region", "europe", "an AWS region such as eu-central-1"),
        ("roleArn", "arn:aws:iam::12:role/x", "a role's ARN such as arn:aws:iam::123456789012:role/slipway-models"),
        ("prefix", "/models/", "a folder such as scoring/live, without a slash at either end"),
    ],
)
def test_a_wrong_bucket_is_refused(path: str, value: str, allowed: str) -> None:
    assert refused(Model, changed(S3, f"s3.{path}", value), "slipway:model") == [
        f'slipway:model.s3.{path}: found "{value}", allowed: {allowed}'
    ]


def test_exactly_the_chosen_source_has_settings() -> None:
    assert told(rules.chosen(section(Model, {"source": "s3"}))) == [
        "model.s3: found nothing, allowed: an object: the settings of the chosen source"
    ]
    assert told(rules.chosen(section(Model, BLOB | {"s3": S3["s3"]}))) == [
        "model.s3: found settings, allowed: none, since model.source is blob"
    ]
    assert told(rules.chosen(section(Model, S3))) == []


def test_one_environment_of_a_chain_owns_the_models() -> None:
    first, later = environment(), environment(promotesFrom="dev")

    assert told(rules.owned(first, section(Model, BLOB))) == []
    assert told(rules.owned(later, None)) == []
    assert told(rules.owned(later, section(Model, BLOB))) == [
        "model: found settings, allowed: none, since models come from dev (environment.promotesFrom)"
    ]
    (missing,) = told(rules.owned(first, None))
    assert missing.startswith("model: found nothing, allowed: an object: where models come from")


@pytest.mark.parametrize("redundancy", ["Standard_ZRS", "Standard_GZRS"])
def test_zone_redundancy_needs_a_region_with_zones(redundancy: str) -> None:
    chosen = blob("redundancy", redundancy)

    assert told(rules.zones(environment(), chosen)) == []
    assert told(rules.zones(environment(location="ukwest"), chosen)) == [
        f"model.blob.redundancy: found {redundancy}, allowed: Standard_LRS or Standard_GRS, since ukwest has no zones"
    ]


def test_a_previous_state_cools_before_it_is_deleted() -> None:
    chosen = blob("oldVersions", {"coolAfterDays": 30, "deleteAfterDays": 30})

    assert told(rules.versions(chosen)) == [
        "model.blob.oldVersions.deleteAfterDays: found 30, allowed: more than coolAfterDays, 30"
    ]


def test_nothing_is_deleted_by_rule_while_it_is_immutable() -> None:
    assert told(rules.versions(blob("immutableDays", 181))) == [
        "model.blob.oldVersions.deleteAfterDays: found 180, allowed: at least immutableDays, 181"
    ]
    assert told(rules.versions(blob("immutableDays", 180))) == []


def test_addresses_are_listed_exactly_where_they_decide() -> None:
    content = changed(BLOB, "blob.allowedAddresses", ["20.50.2.10", "20.50.2.0/24"])

    assert told(rules.listed(section(Model, content))) == [
        "model.blob.allowedAddresses: found 2 of them, allowed: none, or model.blob.access selected"
    ]
    assert told(rules.listed(blob("access", "selected"))) == [
        "model.blob.allowedAddresses: found nothing, allowed: at least one address, or model.blob.access private"
    ]
    assert told(rules.listed(section(Model, changed(content, "blob.access", "selected")))) == []


@pytest.mark.parametrize("access", ["selected", "private"])
def test_hosted_agents_cannot_reach_a_closed_store(access: str) -> None:
    hosted, own = pipelines(None), pipelines("slipway-private")

    (problem,) = told(rules.agents(blob("access", access), hosted))
    assert problem.startswith("pipelines.pool: found nothing (Microsoft-hosted agents), allowed: a pool of your own")
    assert told(rules.agents(blob("access", access), own)) == []
    assert told(rules.agents(blob("access", "public"), hosted)) == []
    assert told(rules.agents(blob("access", access), None)) == []


def test_rules_are_silent_where_there_is_no_store_of_ours() -> None:
    for chosen in (None, section(Model, S3)):
        found = (
            rules.zones(environment(location="ukwest"), chosen),
            rules.versions(chosen),
            rules.listed(chosen),
            rules.agents(chosen, pipelines(None)),
        )
        assert [told(each) for each in found] == [[], [], [], []]


def test_every_redundancy_is_one_that_azure_knows() -> None:
    assert {each.value for each in Redundancy} <= {each.value for each in storage.SkuName}


def test_every_rule_is_listed() -> None:
    names = {"chosen", "owned", "zones", "versions", "listed", "agents"}
    assert {rule.__name__ for rule in rules.RULES} == names
