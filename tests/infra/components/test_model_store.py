"""The model store: private, without keys, and slow to forget."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pulumi
import pytest
from pulumi_azure_native.provider import Provider

from delivery.model.location import AzureLocation, parse_location
from delivery.preview.record import Record, Recorded
from slipway.components.model_store import ModelStore, ModelStoreArgs
from slipway.config.model import Blob
from slipway.placement import Placement
from slipway.roles import Role
from tests.infra.config.sections import section
from tests.infra.conftest import Declared

ACCOUNT = "azure-native:storage:StorageAccount"
CONTAINER = "azure-native:storage:BlobContainer"
GRANT = "azure-native:authorization:RoleAssignment"
LOGS = "/workspaces/logs"
PUBLISHERS = "5d7b9f10-4c2e-4b8a-8f36-2e9a1c0d7b54"
PLAIN: dict[str, Any] = {
    "redundancy": "Standard_ZRS",
    "access": "public",
    "softDeleteDays": 14,
    "containerSoftDeleteDays": 21,
    "oldVersions": {"coolAfterDays": 30, "deleteAfterDays": 180},
    "publishers": [PUBLISHERS],
}

Store = Callable[..., Recorded]


@pytest.fixture
def store(declared: Declared, placement: Placement) -> Store:
    """Declare a store; keywords in camelCase change its config, `args` what other components feed it."""

    def declare(args: dict[str, Any] | None = None, *, first: bool = False, **config: Any) -> Recorded:
        def program() -> None:
            made = ModelStore(
                "model-store",
                ModelStoreArgs(
                    placement=placement,
                    config=section(Blob, PLAIN | config),
                    logs_workspace_id=LOGS,
                    **({"reader_principals": {"build": "principal-of-build"}} | (args or {})),
                ),
                pulumi.ResourceOptions(providers=[Provider("azure")], protect=True),
            )
            for name in ("account_id", "account_name", "blob_endpoint", "container_name", "url"):
                pulumi.export(name, getattr(made, name))

        return declared(program, first=first)

    return declare


def roles(recorded: Recorded) -> dict[str, tuple[str, str, str]]:
    """Grants by name: role, principal and its type."""
    return {
        record.name: (
            str(record.inputs["roleDefinitionId"]).rsplit("/", 1)[1],
            str(record.inputs["principalId"]),
            str(record.inputs["principalType"]),
        )
        for record in recorded.all(GRANT)
    }


def test_keys_public_blobs_and_old_tls_are_refused(store: Store) -> None:
    account: Any = store().one(ACCOUNT).inputs

    assert account["allowSharedKeyAccess"] is False
    assert account["defaultToOAuthAuthentication"] is True
    assert account["allowBlobPublicAccess"] is False
    assert account["allowCrossTenantReplication"] is False
    assert account["isLocalUserEnabled"] is False
    assert account["isSftpEnabled"] is False
    assert account["enableHttpsTrafficOnly"] is True
    assert account["minimumTlsVersion"] == "TLS1_2"
    assert account["encryption"]["requireInfrastructureEncryption"] is True


def test_nothing_touches_content_with_the_accounts_key(store: Store) -> None:
    types = {record.type for record in store(immutableDays=30).resources}

    assert "azure-native:storage:Blob" not in types
    assert not any("StaticWebsite" in kind for kind in types)


@pytest.mark.parametrize(
    ("access", "listed", "public", "action"),
    [
        ("public", [], "Enabled", "Allow"),
        ("selected", ["20.50.2.10"], "Enabled", "Deny"),
        ("private", [], "Disabled", "Deny"),
    ],
)
def test_the_network_reaches_as_far_as_config_says(
    store: Store, access: str, listed: list[str], public: str, action: str
) -> None:
    account = store(access=access, allowedAddresses=listed).one(ACCOUNT).inputs

    assert account["publicNetworkAccess"] == public
    assert account["networkRuleSet"] == {
        "bypass": "AzureServices",
        "defaultAction": action,
        "ipRules": [{"action": "Allow", "iPAddressOrRange": address} for address in listed],
        "virtualNetworkRules": [],
    }


def test_a_subnet_can_be_let_in_by_name(store: Store) -> None:
    account = store({"allowed_subnet_ids": ["/subnets/nodes"]}, access="private").one(ACCOUNT).inputs

    rules: Any = account["networkRuleSet"]
    assert rules["virtualNetworkRules"] == [{"action": "Allow", "virtualNetworkResourceId": "/subnets/nodes"}]


def test_nothing_is_lost_by_a_slip(store: Store) -> None:
    protection = store(changeFeedDays=90).one("azure-native:storage:BlobServiceProperties").inputs

    assert protection["blobServicesName"] == "default"
    assert protection["isVersioningEnabled"] is True
    assert protection["deleteRetentionPolicy"] == {"enabled": True, "days": 14, "allowPermanentDelete": False}
    assert protection["containerDeleteRetentionPolicy"] == {"enabled": True, "days": 21}
    assert protection["changeFeed"] == {"enabled": True, "retentionInDays": 90}


def test_changes_are_logged_only_on_demand(store: Store) -> None:
    protection = store().one("azure-native:storage:BlobServiceProperties").inputs

    assert protection["changeFeed"] == {"enabled": False}


def test_only_previous_states_age(store: Store) -> None:
    policy: Any = store().one("azure-native:storage:ManagementPolicy").inputs

    (rule,) = policy["policy"]["rules"]
    assert rule["definition"]["actions"] == {
        "version": {
            "tierToCool": {"daysAfterCreationGreaterThan": 30},
            "delete": {"daysAfterCreationGreaterThan": 180},
        }
    }
    assert rule["definition"]["filters"] == {"blobTypes": ["blockBlob"], "prefixMatch": ["models/"]}
    assert (rule["enabled"], rule["type"]) == (True, "Lifecycle")


def test_previous_states_need_not_cool(store: Store) -> None:
    policy: Any = store(oldVersions={"deleteAfterDays": 7}).one("azure-native:storage:ManagementPolicy").inputs

    assert policy["policy"]["rules"][0]["definition"]["actions"]["version"].keys() == {"delete"}


def test_the_container_is_private_and_can_change_the_pointer_to_the_live_version(store: Store) -> None:
    recorded = store()

    assert recorded.one(CONTAINER).inputs["publicAccess"] == "None"
    assert "immutableStorageWithVersioning" not in recorded.one(CONTAINER).inputs
    assert recorded.all("azure-native:storage:BlobContainerImmutabilityPolicy") == []


def test_immutability_is_of_versions_so_that_the_pointer_can_still_be_overwritten(store: Store) -> None:
    recorded = store(immutableDays=90)
    policy = recorded.one("azure-native:storage:BlobContainerImmutabilityPolicy").inputs

    assert recorded.one(CONTAINER).inputs["immutableStorageWithVersioning"] == {"enabled": True}
    assert policy["immutabilityPeriodSinceCreationInDays"] == 90
    assert policy["immutabilityPolicyName"] == "default"


def test_the_container_waits_for_versioning(store: Store) -> None:
    assert store().one(CONTAINER).options["dependsOn"] == [
        "azure-native:storage:BlobServiceProperties::model-store-protection"
    ]


def test_groups_publish_and_the_build_identity_only_reads(store: Store) -> None:
    assert roles(store()) == {
        "model-store-read-build": (Role.BLOB_DATA_READER, "principal-of-build", "ServicePrincipal"),
        f"model-store-publish-{PUBLISHERS}": (Role.BLOB_DATA_CONTRIBUTOR, PUBLISHERS, "Group"),
    }


def test_an_identity_may_be_let_publish(store: Store) -> None:
    granted = roles(store({"writer_principals": {"training": "principal-of-training"}}))

    assert granted["model-store-write-training"] == (
        Role.BLOB_DATA_CONTRIBUTOR,
        "principal-of-training",
        "ServicePrincipal",
    )


def test_roles_hold_for_the_container_alone(store: Store) -> None:
    assert {record.inputs["scope"] for record in store().all(GRANT)} == {"${model-store-container.id}"}


@pytest.mark.parametrize(
    ("reads", "categories"),
    [(False, {"StorageWrite", "StorageDelete"}), (True, {"StorageWrite", "StorageDelete", "StorageRead"})],
)
def test_who_changed_what_is_logged(store: Store, reads: bool, categories: set[str]) -> None:  # noqa: FBT001 - a case
    setting: Any = store(logReads=reads).one("azure-native:monitor:DiagnosticSetting").inputs

    assert setting["resourceUri"] == "${model-store-account.id}/blobServices/default"
    assert setting["workspaceId"] == LOGS
    assert {log["category"] for log in setting["logs"]} == categories
    assert all(log["enabled"] for log in setting["logs"])


def test_its_addresses_are_known_before_it_exists(store: Store) -> None:
    outputs = store(first=True).outputs

    assert outputs["account_name"] == "stscoringdevx7k2"
    assert outputs["blob_endpoint"] == "https://stscoringdevx7k2.blob.core.windows.net/"
    assert outputs["container_name"] == "models"
    assert parse_location(str(outputs["url"])) == AzureLocation("stscoringdevx7k2", "models", "")


def test_a_long_name_stays_within_azures_24_characters(declared: Declared, placement: Placement) -> None:
    naming = replace(placement.naming, workload="classifying1", environment="productive", suffix="abcdef")

    def program() -> None:
        place = replace(placement, naming=naming)
        args = ModelStoreArgs(placement=place, config=section(Blob, PLAIN), logs_workspace_id=LOGS)
        ModelStore("model-store", args, pulumi.ResourceOptions(providers=[Provider("azure")]))

    name = str(declared(program).one(ACCOUNT).inputs["accountName"])
    assert len(name) == 24
    assert name.isalnum()
    assert name.islower()


def test_all_of_it_is_tagged_and_inside_the_component_and_what_holds_models_is_protected(store: Store) -> None:
    recorded = store(immutableDays=1)
    children = [record for record in recorded.resources if record.type.startswith("azure-native:")]

    def belongs(record: Record) -> bool:
        return record.parent == "slipway:index:ModelStore::model-store"

    assert len(children) == 8
    assert all(belongs(record) for record in children)
    assert {record.type.rpartition(":")[2] for record in children if record.options.get("protect")} == {
        "StorageAccount",
        "BlobServiceProperties",
        "BlobContainer",
        "BlobContainerImmutabilityPolicy",
    }
    assert recorded.one(ACCOUNT).inputs["tags"] == {
        "workload": "scoring",
        "environment": "dev",
        "owner": "ml-platform",
        "costCentre": "1234",
        "managedBy": "pulumi",
    }
