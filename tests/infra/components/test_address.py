"""The public address: static, outside everything that comes and goes, and usable by the cluster alone."""

from collections.abc import Callable
from dataclasses import replace

import pulumi
import pytest
from pulumi_azure_native.provider import Provider

from delivery.preview.record import Recorded
from slipway.components.address import Address, AddressArgs
from slipway.placement import Placement
from slipway.roles import Role
from tests.infra import sections
from tests.infra.conftest import Declared

IP = "azure-native:network:PublicIPAddress"
RECORD = "azure-native:dns:RecordSet"
GRANT = "azure-native:authorization:RoleAssignment"

Make = Callable[..., Recorded]


@pytest.fixture
def address(declared: Declared, placement: Placement) -> Make:
    """Declare an address; keywords in camelCase change its config."""

    def declare(*, first: bool = False, place: Placement = placement, **config: object) -> Recorded:
        def program() -> None:
            made = Address(
                "address",
                AddressArgs(
                    placement=place, config=sections.address(**config), cluster_principal_id="principal-of-cluster"
                ),
                pulumi.ResourceOptions(providers=[Provider("azure")], protect=True),
            )
            for name in ("ip_address", "ip_name", "ip_resource_group", "fqdn", "host"):
                pulumi.export(name, getattr(made, name))
            pulumi.export("grants", [one.urn.apply(lambda urn: urn.rsplit("::", 1)[1]) for one in made.grants])

        return declared(program, first=first)

    return declare


def test_the_address_stays_while_clusters_come_and_go(address: Make) -> None:
    ip = address().one(IP)

    assert ip.inputs["publicIPAllocationMethod"] == "Static"
    assert ip.inputs["sku"] == {"name": "Standard", "tier": "Regional"}
    assert ip.inputs["resourceGroupName"] == "rg-scoring-dev-weu"
    assert ip.parent == "slipway:index:Address::address"


@pytest.mark.parametrize(("redundant", "zones"), [(True, ["1", "2", "3"]), (False, None)])
def test_it_answers_while_any_zone_is_up_where_config_asks(
    address: Make,
    redundant: bool,  # noqa: FBT001 - a table
    zones: list[str] | None,
) -> None:
    assert address(zoneRedundant=redundant).one(IP).inputs.get("zones") == zones


def test_its_name_is_the_environments_own(address: Make, placement: Placement) -> None:
    other = replace(placement, naming=replace(placement.naming, environment="prod"))

    assert address().outputs["host"] == "scoring-dev-x7k2.westeurope.cloudapp.azure.com"
    assert address(place=other).outputs["host"] == "scoring-prod-x7k2.westeurope.cloudapp.azure.com"


def test_the_name_that_callers_use_is_the_one_that_azure_gives(address: Make) -> None:
    found = address(dnsLabel="pictures")

    assert found.one(IP).inputs["dnsSettings"] == {"domainNameLabel": "pictures"}
    assert found.outputs["fqdn"] == found.outputs["host"] == "pictures.westeurope.cloudapp.azure.com"


def test_without_a_record_none_is_declared(address: Make) -> None:
    assert address().all(RECORD) == []


def test_a_record_of_ones_own_follows_the_address_and_is_what_callers_use(address: Make) -> None:
    found = address(record={"zone": "example.com", "resourceGroup": "rg-dns", "name": "scoring", "ttlSeconds": 60})
    record = found.one(RECORD).inputs

    assert record["zoneName"] == "example.com"
    assert record["resourceGroupName"] == "rg-dns"
    assert (record["relativeRecordSetName"], record["recordType"], record["ttl"]) == ("scoring", "A", 60)
    assert record["targetResource"] == {"id": "${address-ip.id}"}
    assert "aRecords" not in record
    assert found.outputs["host"] == "scoring.example.com"
    assert found.outputs["fqdn"] == "scoring-dev-x7k2.westeurope.cloudapp.azure.com"


def test_the_zone_itself_is_never_declared(address: Make) -> None:
    record = {"zone": "example.com", "resourceGroup": "rg-dns", "name": "@"}
    types = {one.type for one in address(record=record).resources}

    assert types == {IP, RECORD, GRANT, "pulumi:providers:azure-native", "slipway:index:Address"}


def test_the_cluster_may_change_this_one_address_and_otherwise_only_look(address: Make) -> None:
    grants = {
        (one.inputs["scope"], str(one.inputs["roleDefinitionId"]).rsplit("/", 1)[1]): one.inputs["principalId"]
        for one in address().all(GRANT)
    }

    assert grants == {
        ("${address-ip.id}", Role.NETWORK_CONTRIBUTOR): "principal-of-cluster",
        ("/subscriptions/s/resourceGroups/rg-scoring-dev-weu", Role.READER): "principal-of-cluster",
    }


def test_what_the_cluster_needs_first_can_be_waited_for(address: Make) -> None:
    found = address()

    assert sorted(str(name) for name in found.outputs["grants"]) == sorted(one.name for one in found.all(GRANT))  # type: ignore[union-attr]  # a list was exported


def test_only_the_address_itself_is_protected(address: Make) -> None:
    record = {"zone": "example.com", "resourceGroup": "rg-dns", "name": "scoring"}
    protected = {one.type for one in address(record=record).resources if one.options.get("protect")}

    assert protected == {IP, "slipway:index:Address"}


@pytest.mark.parametrize(("wanted", "mode"), [(False, "VirtualNetworkInherited"), (True, "Enabled")])
def test_ddos_protection_is_bought_only_where_config_asks(
    address: Make,
    wanted: bool,  # noqa: FBT001 - a table
    mode: str,
) -> None:
    assert address(ddosProtection=wanted).one(IP).inputs["ddosSettings"] == {"protectionMode": mode}


def test_names_are_known_before_anything_exists(address: Make) -> None:
    assert address(first=True).outputs == {
        "fqdn": "scoring-dev-x7k2.westeurope.cloudapp.azure.com",
        "grants": ["address-cluster-uses-address", "address-cluster-finds-address"],
        "host": "scoring-dev-x7k2.westeurope.cloudapp.azure.com",
        "ip_address": "${unknown}",
        "ip_name": "pip-scoring-dev-weu",
        "ip_resource_group": "rg-scoring-dev-weu",
    }
