"""The address's settings, and names that no two environments share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from slipway.config.address import DnsRecord, zones
from slipway.config.environment import Environment
from slipway.naming import Naming
from tests.infra.sections import address

RECORD = {"zone": "example.com", "resourceGroup": "rg-dns", "name": "scoring"}

WORDS = st.from_regex(r"[a-z][a-z0-9]{1,9}", fullmatch=True)


@st.composite
def namings(draw: st.DrawFn) -> Naming:
    return Naming(
        workload=draw(st.from_regex(r"[a-z][a-z0-9]{1,11}", fullmatch=True)),
        environment=draw(WORDS),
        location="westeurope",
        suffix=draw(st.from_regex(r"[a-z0-9]{2,6}", fullmatch=True)),
    )


@given(namings(), namings())
def test_no_two_environments_share_a_label(one: Naming, other: Naming) -> None:
    def facts(naming: Naming) -> tuple[str, ...]:
        return naming.workload, naming.environment, naming.suffix

    labels = {facts(naming): address().label(naming) for naming in (one, other)}

    assert len(set(labels.values())) == len(labels)


@given(namings())
def test_a_label_that_is_made_is_one_that_config_would_take(naming: Naming) -> None:
    label = address().label(naming)

    assert address(dnsLabel=label).label(naming) == label


def test_a_label_of_ones_own_is_used_as_it_is(naming: Naming) -> None:
    assert address(dnsLabel="pictures").label(naming) == "pictures"


@pytest.mark.parametrize("label", ["ab", "-abc", "abc-", "Abc", "a.b.c", "9lives"])
def test_a_label_that_azure_does_not_take_is_refused(label: str) -> None:
    with pytest.raises(ValidationError, match="dnsLabel"):
        address(dnsLabel=label)


@pytest.mark.parametrize(("name", "host"), [("scoring", "scoring.example.com"), ("@", "example.com")])
def test_a_records_host_is_its_name_in_its_zone(name: str, host: str) -> None:
    record = address(record=RECORD | {"name": name}).record

    assert isinstance(record, DnsRecord)
    assert record.host == host


@pytest.mark.parametrize(
    ("key", "value"),
    [("zone", "example"), ("zone", "https://example.com"), ("name", "a b"), ("name", ""), ("resourceGroup", "rg.")],
)
def test_a_record_that_azure_does_not_take_is_refused(key: str, value: str) -> None:
    with pytest.raises(ValidationError, match=key):
        address(record=RECORD | {key: value})


@pytest.mark.parametrize(("location", "refused"), [("westus", True), ("westeurope", False)])
def test_zone_redundancy_needs_a_region_with_zones(location: str, refused: bool) -> None:  # noqa: FBT001 - a table
    environment = Environment(
        workload="scoring", location=location, suffix="x7k2", owner="me", cost_centre="1", protect=False
    )

    assert bool(list(zones(environment, address()))) is refused
    assert list(zones(environment, address(zoneRedundant=False))) == []
