"""The stand-in for the engine: what it writes down, and that a false assertion fails."""

import pulumi
import pulumi_kubernetes.core.v1 as core
import pulumi_kubernetes.meta.v1 as meta
import pytest
from pulumi_azure_native import containerregistry, network
from pulumi_azure_native.provider import Provider

from delivery.preview.computed import Computed, UnansweredError
from delivery.preview.record import Secret
from delivery.preview.recording import ProgramError, record

from .conftest import Declared

REGISTRY = "azure-native:containerregistry:Registry"


def _registry(name: str = "registry", **options: object) -> containerregistry.Registry:
    return containerregistry.Registry(
        name,
        resource_group_name="rg",
        sku=containerregistry.SkuArgs(name=containerregistry.SkuName.BASIC),
        opts=pulumi.ResourceOptions(**options),  # type: ignore[arg-type]  # each test passes what it is about
    )


def test_inputs_are_plain_camel_case_data(declared: Declared) -> None:
    assert declared(_registry).one(REGISTRY).inputs["sku"] == {"name": "Basic"}


def test_options_are_recorded(declared: Declared) -> None:
    found = declared(lambda: _registry(protect=True, ignore_changes=["tags"], retain_on_delete=True))

    assert found.one(REGISTRY).options == {"protect": True, "ignoreChanges": ["tags"], "retainOnDelete": True}


@pytest.mark.parametrize("first", [True, False])
def test_the_order_of_a_replacement_is_recorded_where_somebody_decided_it(declared: Declared, first: bool) -> None:  # noqa: FBT001 - a table
    found = declared(lambda: _registry(delete_before_replace=first))

    assert found.one(REGISTRY).options == {"deleteBeforeReplace": first}
    assert declared(_registry).one(REGISTRY).options == {}


def test_what_azure_computes_is_named_after_its_resource(declared: Declared) -> None:
    def program() -> None:
        pulumi.export("server", pulumi.Output.format("https://{0}", _registry().login_server))

    assert declared(program).outputs == {"server": "https://${registry.loginServer}"}


def test_what_azure_computes_inside_an_object_leaves_its_inputs(declared: Declared) -> None:
    def program() -> None:
        dns = network.PublicIPAddressDnsSettingsArgs(domain_name_label="scoring")
        address = network.PublicIPAddress("address", resource_group_name="rg", dns_settings=dns)
        pulumi.export("label", address.dns_settings.domain_name_label)
        pulumi.export("name", address.dns_settings.fqdn)

    assert declared(program).outputs == {"label": "scoring", "name": "${address.dnsSettings.fqdn}"}


@pytest.mark.parametrize("first", [False, True])
def test_an_object_without_a_name_is_given_one_before_it_exists(declared: Declared, *, first: bool) -> None:
    def program() -> None:
        settings = core.ConfigMap("settings", metadata=meta.ObjectMetaArgs(labels={"part": "of"}))
        pulumi.export("name", settings.metadata.name)

    assert str(declared(program, first=first).outputs["name"]).startswith("settings-")


def test_on_a_first_preview_it_is_unknown(declared: Declared) -> None:
    assert declared(lambda: pulumi.export("id", _registry().id), first=True).outputs == {"id": "${unknown}"}


def test_secrets_are_marked(declared: Declared) -> None:
    found = declared(lambda: Provider("azure", client_id=pulumi.Output.secret("hush")))

    assert found.one("pulumi:providers:azure-native").inputs["clientId"] == Secret("hush")


def test_a_false_assertion_inside_an_apply_fails(declared: Declared) -> None:
    def refuse(server: str) -> None:
        assert server == "another", "seen by the runner"

    with pytest.raises(AssertionError, match="seen by the runner"):
        declared(lambda: _registry().login_server.apply(refuse))


def test_two_resources_of_one_name_are_refused() -> None:
    def program() -> None:
        _registry()
        _registry()

    with pytest.raises(ProgramError, match="two resources are named"):
        record(program, stack="dev", computed=Computed())


def test_a_question_that_nobody_can_answer_is_named() -> None:
    with pytest.raises(UnansweredError, match="azure-native:web:getSite"):
        Computed().invoke("azure-native:web:getSite", {})


def test_one_run_leaves_nothing_to_the_next(declared: Declared) -> None:
    assert declared(_registry) == declared(_registry)
