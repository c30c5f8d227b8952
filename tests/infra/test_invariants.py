"""What holds for every resource of every committed stack, whoever adds one."""

import importlib
import json
import re
from collections import Counter

import pytest

from delivery.paths import ROOT
from delivery.preview import kubernetes_files
from delivery.preview.record import Record, Secret, strings

from .golden.text import STACKS, recorded

CREDENTIALS = re.compile(r"secret|token|password|certificate(?!Identifier)|clientId", re.IGNORECASE)

LEGAL = {
    "azure-native:containerregistry:Registry": ("registryName", r"[a-z0-9]{5,50}"),
    "azure-native:storage:StorageAccount": ("accountName", r"[a-z0-9]{3,24}"),
    "azure-native:storage:BlobContainer": ("containerName", r"[a-z0-9](-?[a-z0-9]){2,62}"),
    "azure-native:containerservice:ManagedCluster": ("resourceName", r"[A-Za-z0-9][A-Za-z0-9_-]{0,61}[A-Za-z0-9]"),
    "azure-native:containerservice:AgentPool": ("agentPoolName", r"[a-z][a-z0-9]{0,11}"),
    "azure-native:managedidentity:UserAssignedIdentity": ("resourceName", r"[A-Za-z0-9][A-Za-z0-9_-]{2,127}"),
    "azure-native:network:VirtualNetwork": ("virtualNetworkName", r"[A-Za-z0-9][\w.-]{0,62}[A-Za-z0-9_]"),
    "azure-native:network:PublicIPAddress": ("publicIpAddressName", r"[A-Za-z0-9][\w.-]{0,78}[A-Za-z0-9_]"),
    "azure-native:operationalinsights:Workspace": ("workspaceName", r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]"),
    "azure-native:resources:ResourceGroup": ("resourceGroupName", r"[\w.()-]{1,89}[\w()-]"),
}
"""learn.microsoft.com, "Naming rules and restrictions for Azure resources"."""

UNTAGGED = {
    "azure-native:containerservice:AgentPool": "its tags go onto machines, and AKS gives them the cluster's",
}
"""What takes tags and gets none, and why."""

every_stack = pytest.mark.parametrize("stack", STACKS)


def azure(stack: str) -> list[Record]:
    return [one for one in recorded(stack).resources if one.type.startswith("azure-native:")]


def resource_class(one: Record) -> type:
    _, module, name = one.type.split(":")
    found = getattr(importlib.import_module(f"pulumi_azure_native.{module}"), name)
    assert isinstance(found, type)
    return found


@every_stack
def test_whatever_takes_tags_has_the_own_ones(stack: str) -> None:
    tags = {"workload", "environment", "owner", "costCentre", "managedBy"}

    for one in azure(stack):
        if hasattr(resource_class(one), "tags") and one.type not in UNTAGGED:
            given = one.inputs.get("tags")
            assert isinstance(given, dict), one.key
            assert tags <= given.keys(), one.key
            assert given["environment"] == stack, one.key


@every_stack
def test_every_resource_has_an_explicit_provider(stack: str) -> None:
    without = [
        one.key
        for one in recorded(stack).resources
        if not one.type.startswith("pulumi:") and "component" not in one.options and "provider" not in one.options
    ]

    assert without == []


@every_stack
def test_every_resource_belongs_to_a_component(stack: str) -> None:
    loose = {one.type for one in recorded(stack).resources if one.parent is None and "component" not in one.options}

    assert {type_ for type_ in loose if not type_.startswith("pulumi:providers:")} <= {
        "azure-native:resources:ResourceGroup"
    }


@every_stack
def test_no_provider_is_given_credentials(stack: str) -> None:
    for one in recorded(stack).resources:
        if one.type.startswith("pulumi:providers:"):
            assert [key for key in one.inputs if CREDENTIALS.search(key)] == [], one.key


@every_stack
def test_the_kubeconfig_is_the_only_secret_and_is_marked(stack: str) -> None:
    secrets = {
        (one.name, key)
        for one in recorded(stack).resources
        for key, value in one.inputs.items()
        if isinstance(value, Secret)
    }

    assert secrets == {("kubernetes", "kubeconfig")}


@every_stack
def test_no_output_is_a_secret_or_named_like_one(stack: str) -> None:
    outputs = recorded(stack).outputs

    assert [name for name in outputs if re.search(r"kubeconfig|key|password|secret|token", name, re.IGNORECASE)] == []
    assert not any(isinstance(value, Secret) for value in outputs.values())


@every_stack
def test_no_role_is_granted_twice(stack: str) -> None:
    tuples = Counter(
        tuple(str(one.inputs[key]) for key in ("scope", "principalId", "roleDefinitionId"))
        for one in recorded(stack).all("azure-native:authorization:RoleAssignment")
    )

    assert tuples
    assert [granted for granted, count in tuples.items() if count > 1] == []


@every_stack
def test_every_role_says_what_kind_of_principal_it_is_for(stack: str) -> None:
    for one in recorded(stack).all("azure-native:authorization:RoleAssignment"):
        assert one.inputs["principalType"] in {"ServicePrincipal", "Group"}, one.key
        assert one.options["deleteBeforeReplace"], one.key


@every_stack
def test_names_are_within_azures_limits(stack: str) -> None:
    seen = 0
    for one in azure(stack):
        if one.type in LEGAL:
            key, pattern = LEGAL[one.type]
            assert re.fullmatch(pattern, str(one.inputs[key])), f"{one.key}: {one.inputs[key]}"
            seen += 1

    assert seen >= 8


@every_stack
def test_no_text_is_an_output_that_was_printed_by_mistake(stack: str) -> None:
    for one in recorded(stack).resources:
        assert not [text for text in strings(one.inputs) if "Calling __str__" in text], one.key


@every_stack
def test_everything_unknown_has_an_origin(stack: str) -> None:
    unnamed = [one.key for one in recorded(stack).resources if "${unknown}" in "".join(strings(one.inputs))]

    assert unnamed == []


@every_stack
def test_images_are_named_by_digest(stack: str) -> None:
    images = re.findall(r'"image": "([^"]+)"', json.dumps(kubernetes_files.manifests(recorded(stack))))

    assert images
    assert all(re.search(r"@sha256:[0-9a-f]{64}$", image) for image in images)
    assert not any(":latest" in image for image in images)


@every_stack
def test_kubernetes_objects_carry_the_recommended_labels(stack: str) -> None:
    """The version only where a release changes something anyway, or each would show as an update of everything."""
    common = {f"app.kubernetes.io/{name}" for name in ("name", "instance", "component", "part-of", "managed-by")}

    for manifest in kubernetes_files.manifests(recorded(stack)):
        metadata = manifest["metadata"]
        assert isinstance(metadata, dict)
        if metadata["name"] == "ama-metrics-settings-configmap":
            continue  # a patch of an object that the metrics add-on owns
        assert common <= metadata["labels"].keys(), metadata["name"]
        assert ("app.kubernetes.io/version" in metadata["labels"]) is (manifest["kind"] == "Deployment")


@every_stack
def test_kubernetes_objects_are_plain_typed_ones(stack: str) -> None:
    """Except for kinds that charts bring, and the charts: schemas judge the former."""
    own = r"apps|core|autoscaling|policy|networking\.k8s\.io|scheduling\.k8s\.io"
    brought = r"helm\.sh|gateway\.networking\.k8s\.io|gateway\.envoyproxy\.io|cert-manager\.io"
    for one in recorded(stack).resources:
        if one.type.startswith("kubernetes:"):
            assert re.match(rf"kubernetes:({own}|{brought})/", one.type)


SHARED = (
    "azure-native:resources:ResourceGroup",
    "azure-native:containerregistry:Registry",
    "azure-native:storage:StorageAccount",
    "azure-native:storage:BlobContainer",
    "azuredevops:index/buildDefinition:BuildDefinition",
)


@every_stack
def test_what_holds_data_or_addresses_is_protected_where_config_says_so(stack: str) -> None:
    kept = {
        "azure-native:resources:ResourceGroup",
        "azure-native:containerservice:ManagedCluster",
        "azure-native:containerregistry:Registry",
        "azure-native:network:PublicIPAddress",
        "azure-native:storage:StorageAccount",
        "kubernetes:core/v1:Namespace",
    }

    for one in recorded(stack).resources:
        if one.type in kept:
            shared = one.type in SHARED
            assert one.options.get("protect", False) is (shared or stack == "prod"), one.key


HISTORY = (
    *SHARED,
    "azure-native:storage:BlobServiceProperties",
    "azuredevops:index/environment:Environment",
    "azuredevops:index/git:Git",
    "azuredevops:index/project:Project",
)
"""Types with a past that cannot be made again: content, images, runs, deployments, code."""


@every_stack
def test_what_has_history_stays_when_its_protection_is_lifted(stack: str) -> None:
    """The engine advises to lift it where it refuses a deletion."""
    for one in recorded(stack).resources:
        if one.type in HISTORY:
            assert one.options.get("retainOnDelete", False) is one.options.get("protect", False), one.key


@every_stack
def test_what_later_environments_depend_on_is_protected_everywhere(stack: str) -> None:
    kept = [one for one in recorded(stack).resources if one.type in SHARED]

    assert {one.type for one in kept} == set(SHARED if stack == "dev" else SHARED[:2])
    assert [one.key for one in kept if one.options.get("protect") is not True] == []


@every_stack
def test_the_cluster_outlives_no_data(stack: str) -> None:
    inside = {one.type for one in recorded(stack).resources if one.parent == "slipway:index:Cluster::cluster"}

    assert not inside & {
        "azure-native:containerregistry:Registry",
        "azure-native:network:PublicIPAddress",
        "azure-native:storage:StorageAccount",
    }


def test_the_program_names_no_sdk_in_a_way_that_costs_gigabytes_to_check() -> None:
    bad = re.compile(
        r"^\s*(import pulumi_(azure_native|kubernetes)(\s+as|\s*$)|.*pulumi_azure_native\.\w+\.v20)", re.MULTILINE
    )

    assert [path.name for path in (ROOT / "infra").rglob("*.py") if bad.search(path.read_text(encoding="utf-8"))] == []


def test_components_never_import_each_other() -> None:
    """Except where the pipelines are composed out of their own parts, and a canary out of the workload's."""
    folder = ROOT / "infra" / "slipway" / "components"
    importing = {
        path.stem
        for path in folder.glob("*.py")
        if re.search(r"from (\.|slipway\.components)\w* import", path.read_text(encoding="utf-8"))
    }

    assert importing <= {"canary", "pipelines", "pipeline_hub", "stage"}
