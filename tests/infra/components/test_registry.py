"""The registry: nobody logs in with a password, each pulls and pushes as himself."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi_azure_native.containerregistry import RegistryArgs as SdkArgs
from pulumi_azure_native.provider import Provider

from delivery.preview.record import Recorded
from slipway.components.registry import Registry, RegistryArgs
from slipway.config.registry import Registry as Config
from slipway.placement import Placement
from slipway.roles import Role
from tests.infra.config.sections import section
from tests.infra.conftest import Declared

REGISTRY = "azure-native:containerregistry:Registry"
GRANT = "azure-native:authorization:RoleAssignment"
BASIC = {"sku": "Basic", "zoneRedundant": False, "access": "public"}
PREMIUM = {"sku": "Premium", "zoneRedundant": True, "access": "private"}

Declare = Callable[..., Recorded]


@pytest.fixture
def registry(declared: Declared, placement: Placement) -> Declare:
    """Declare a registry; keywords in camelCase change its config."""

    def declare(base: dict[str, Any] = BASIC, *, first: bool = False, **config: Any) -> Recorded:
        def program() -> None:
            made = Registry(
                "registry",
                RegistryArgs(
                    placement=placement,
                    config=section(Config, base | config),
                    logs_workspace_id="/workspaces/logs",
                    pullers={"kubelet": "principal-of-kubelet"},
                    pushers={"build": "principal-of-build"},
                ),
                pulumi.ResourceOptions(providers=[Provider("azure")], protect=True),
            )
            pulumi.export("id", made.id)
            pulumi.export("name", made.name)
            pulumi.export("login_server", made.login_server)
            pulumi.export("pull_grants", [pulumi.Output.from_input(grant.urn) for grant in made.pull_grants])

        return declared(program, first=first)

    return declare


@pytest.mark.parametrize("base", [BASIC, PREMIUM])
def test_there_is_no_password_and_no_anonymous_pull(registry: Declare, base: dict[str, Any]) -> None:
    inputs = registry(base).one(REGISTRY).inputs

    assert inputs["adminUserEnabled"] is False
    assert inputs["anonymousPullEnabled"] is False


def test_a_basic_registry_is_asked_for_nothing_that_it_has_not(registry: Declare) -> None:
    inputs = registry().one(REGISTRY).inputs

    assert inputs["sku"] == {"name": "Basic"}
    assert inputs["zoneRedundancy"] == "Disabled"
    assert inputs["publicNetworkAccess"] == "Enabled"
    assert inputs.keys().isdisjoint({"networkRuleSet", "policies"})


def test_a_private_registry_has_no_public_door_but_lets_azure_copy_from_it(registry: Declare) -> None:
    inputs = registry(PREMIUM).one(REGISTRY).inputs

    assert inputs["sku"] == {"name": "Premium"}
    assert inputs["zoneRedundancy"] == "Enabled"
    assert inputs["publicNetworkAccess"] == "Disabled"
    assert inputs["networkRuleSet"] == {"defaultAction": "Deny", "ipRules": []}
    assert inputs["networkRuleBypassOptions"] == "AzureServices"


def test_listed_addresses_are_let_in(registry: Declare) -> None:
    inputs = registry(PREMIUM, access="selected", allowedAddresses=["20.50.2.10"]).one(REGISTRY).inputs

    assert inputs["publicNetworkAccess"] == "Enabled"
    assert inputs["networkRuleSet"] == {
        "defaultAction": "Deny",
        "ipRules": [{"action": "Allow", "iPAddressOrRange": "20.50.2.10"}],
    }


@pytest.mark.parametrize(
    ("config", "policies"),
    [
        ({"untaggedRetentionDays": 30}, {"retentionPolicy": {"status": "enabled", "days": 30}}),
        ({"softDeleteDays": 7}, {"softDeletePolicy": {"status": "enabled", "retentionDays": 7}}),
    ],
)
def test_it_forgets_as_config_says(registry: Declare, config: dict[str, int], policies: dict[str, Any]) -> None:
    assert registry(PREMIUM, **config).one(REGISTRY).inputs["policies"] == policies


def test_nodes_pull_and_the_build_pushes(registry: Declare) -> None:
    granted = {
        record.name: (
            str(record.inputs["roleDefinitionId"]).rsplit("/", 1)[1],
            record.inputs["principalId"],
            record.inputs["principalType"],
            record.inputs["scope"],
        )
        for record in registry().all(GRANT)
    }

    scope = "${registry-registry.id}"
    assert granted == {
        "registry-pull-kubelet": (Role.ACR_PULL, "principal-of-kubelet", "ServicePrincipal", scope),
        "registry-push-build": (Role.ACR_PUSH, "principal-of-build", "ServicePrincipal", scope),
    }


def test_whoever_pulls_can_wait_for_the_right_to(registry: Declare) -> None:
    grants: Any = registry().outputs["pull_grants"]

    assert [urn.rsplit("::", 1)[1] for urn in grants] == ["registry-pull-kubelet"]


def test_logins_and_changes_are_logged(registry: Declare) -> None:
    setting: Any = registry().one("azure-native:monitor:DiagnosticSetting").inputs

    assert setting["resourceUri"] == "${registry-registry.id}"
    assert setting["workspaceId"] == "/workspaces/logs"
    assert {log["category"] for log in setting["logs"]} == {
        "ContainerRegistryLoginEvents",
        "ContainerRegistryRepositoryEvents",
    }


def test_its_name_and_login_server_are_known_before_it_exists(registry: Declare) -> None:
    recorded = registry(first=True)

    assert recorded.one(REGISTRY).inputs["registryName"] == "crscoringdevx7k2"
    assert recorded.outputs["name"] == "crscoringdevx7k2"
    assert recorded.outputs["login_server"] == "crscoringdevx7k2.azurecr.io"


def test_all_of_it_is_inside_the_component_and_the_registry_alone_is_protected(registry: Declare) -> None:
    children = [record for record in registry().resources if record.type.startswith("azure-native:")]

    assert len(children) == 4
    assert {record.parent for record in children} == {"slipway:index:Registry::registry"}
    assert [record.type for record in children if record.options.get("protect")] == [REGISTRY]


def test_the_pinned_sdk_knows_no_permissions_by_repository() -> None:
    """The day this fails, docs/decisions/registry-roles-hold-for-all-repositories.md is to be thought over."""
    assert "role_assignment_mode" not in SdkArgs.__init__.__annotations__
