"""Names are facts: legal for Azure whatever the config says, and never the same twice."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.naming import Naming, fitted
from slipway.regions import REGIONS, has_zones, short

words = st.from_regex(r"[a-z][a-z0-9]{1,11}", fullmatch=True)
environments = st.from_regex(r"[a-z][a-z0-9]{1,9}", fullmatch=True)
suffixes = st.from_regex(r"[a-z0-9]{2,6}", fullmatch=True)
namings = st.builds(
    Naming, workload=words, environment=environments, location=st.sampled_from(REGIONS), suffix=suffixes
)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda naming: naming.name("rg"), "rg-scoring-dev-weu"),
        (lambda naming: naming.name("aks"), "aks-scoring-dev-weu"),
        (lambda naming: naming.name("id", part="kubelet"), "id-scoring-dev-weu-kubelet"),
        (lambda naming: naming.compact("cr"), "crscoringdevx7k2"),
        (lambda naming: naming.compact("st"), "stscoringdevx7k2"),
        (lambda naming: naming.instance, "scoring-dev"),
    ],
)
def test_names_follow_the_adoption_framework(naming: Naming, made: object, expected: str) -> None:
    assert callable(made)
    assert made(naming) == expected


def test_a_long_name_is_cut_and_closed_with_a_hash() -> None:
    assert fitted("stlongworkloadenvironmentabc123", 24, joint="") == "stlongworkloadenvird9e9f"
    assert fitted("rg-scoring-dev-weu", 24) == "rg-scoring-dev-weu"


@given(namings)
def test_a_storage_account_is_legal(naming: Naming) -> None:
    assert re.fullmatch(r"[a-z0-9]{3,24}", naming.compact("st", limit=24))


@given(namings)
def test_a_registry_is_legal(naming: Naming) -> None:
    assert re.fullmatch(r"[a-z0-9]{5,50}", naming.compact("cr", limit=50))


@given(namings, st.sampled_from(["rg", "aks", "id", "log", "vnet"]), st.sampled_from(["", "kubelet", "endpoints"]))
def test_a_hyphened_name_is_legal(naming: Naming, abbreviation: str, part: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]{1,61}[a-z0-9]", naming.name(abbreviation, part=part))


@given(namings, environments)
def test_environments_never_share_a_name(naming: Naming, other: str) -> None:
    if other != naming.environment:
        assert replace(naming, environment=other).name("aks") != naming.name("aks")


@given(namings, st.text("0123456789abcdef.-", min_size=1, max_size=63))
def test_labels_are_legal_and_selectors_never_change_with_a_version(naming: Naming, version: str) -> None:
    labels = naming.labels(version)

    assert naming.selector.items() <= labels.items()
    assert "app.kubernetes.io/version" not in naming.selector
    assert len(labels) == 6
    assert all(len(value) <= 63 for value in labels.values())


def test_regions_have_words_of_their_own() -> None:
    assert len({short(region) for region in REGIONS}) == len(REGIONS)


def test_a_region_without_zones_is_known() -> None:
    assert has_zones("westeurope")
    assert not has_zones("westus")


def test_tags_of_the_config_never_hide_the_own_ones(naming: Naming) -> None:
    tags = replace(naming, extra_tags=(("owner", "nobody"), ("data", "public"))).tags

    assert tags["owner"] == "ml-platform"
    assert tags["data"] == "public"
