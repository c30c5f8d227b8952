"""Ids of resources that an engine was creating when it died, from the names in the program."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from delivery.release.devops_ids import look_up_id
from delivery.release.recovering import plan
from delivery.release.resource_ids import compute_id
from delivery.release.unfinished import Pending, adopt

SUBSCRIPTION = "1111"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-scoring-dev-weu"
ORGANIZATION = "https://dev.azure.com/contoso"
PROJECT = "3333"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}


def urn(type_: str, name: str = "one") -> str:
    return f"urn:pulumi:dev::slipway::slipway:index:Network${type_}::{name}"


def creating(type_: str, **inputs: Any) -> Pending:
    return Pending("creating", urn(type_), inputs)


@pytest.mark.parametrize(
    ("pending", "expected"),
    [
        (creating("azure-native:resources:ResourceGroup", resourceGroupName="rg-scoring-dev-weu"), GROUP),
        (
            creating(
                "azure-native:network:Subnet",
                resourceGroupName="rg-scoring-dev-weu",
                virtualNetworkName="vnet",
                subnetName="nodes",
            ),
            f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes",
        ),
        (
            creating("azure-native:authorization:RoleAssignment", scope=GROUP, roleAssignmentName="aaaa"),
            f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/aaaa",
        ),
        (creating("azure-native:network:Subnet", resourceGroupName="rg-scoring-dev-weu", subnetName="nodes"), ""),
        (creating("azure-native:nowhere:Unknown", resourceGroupName="rg-scoring-dev-weu"), ""),
        (creating("kubernetes:core/v1:Namespace", metadata={"name": "scoring-dev"}), "scoring-dev"),
        (
            creating("kubernetes:core/v1:Service", metadata={"namespace": "scoring-dev", "name": "app"}),
            "scoring-dev/app",
        ),
        (creating("kubernetes:helm.sh/v3:Release", namespace="gateway", name="envoy"), "gateway/envoy"),
        (creating("kubernetes:core/v1:Service"), ""),
        (creating("azuredevops:index/environment:Environment", name="dev"), ""),
    ],
)
def test_a_fixed_name_is_an_id(pending: Pending, expected: str) -> None:
    assert compute_id(pending, SUBSCRIPTION) == expected


class Organization:
    """What an organisation lists. It keeps every URL that was asked."""

    def __init__(self, **listed: list[dict[str, Any]]) -> None:
        self.listed, self.asked = listed, list[str]()

    def get(self, url: str) -> Any:
        self.asked.append(url)
        return {"value": self.listed.get(urlsplit(url).path.rpartition("/")[2], [])}


@pytest.mark.parametrize(
    ("kind", "inputs", "path", "query"),
    [
        ("environment:Environment", {"name": "dev"}, "pipelines/environments", {"name": ["dev"]}),
        ("git:Git", {"name": "dev"}, "git/repositories", {}),
        ("variableGroup:VariableGroup", {"name": "dev"}, "distributedtask/variablegroups", {"groupName": ["dev"]}),
        (
            "serviceEndpointAzureRM:ServiceEndpointAzureRM",
            {"serviceEndpointName": "dev"},
            "serviceendpoint/endpoints",
            {"endpointNames": ["dev"]},
        ),
    ],
)
def test_the_service_is_asked_for_the_number_of_a_name(
    kind: str, inputs: dict[str, str], path: str, query: dict[str, list[str]]
) -> None:
    other, wanted = {"id": 6, "name": "dev-two"}, {"id": 7, "name": "dev"}
    there = Organization(**{path.rpartition("/")[2]: [other, wanted]})
    pending = creating(f"azuredevops:index/{kind}", projectId=PROJECT, **inputs)

    assert look_up_id(pending, ORGANIZATION, there.get) == f"{PROJECT}/7"
    (asked,) = map(urlsplit, there.asked)
    assert asked.path == f"/contoso/{PROJECT}/_apis/{path}"
    assert parse_qs(asked.query) == {**query, "api-version": ["7.1-preview"]}
    assert look_up_id(pending, ORGANIZATION, Organization().get) == ""


def test_a_pipeline_is_found_in_its_own_folder_alone() -> None:
    listed = [{"id": 1, "name": "build", "path": "\\other"}, {"id": 2, "name": "build", "path": "\\"}]
    pending = creating("azuredevops:index/buildDefinition:BuildDefinition", projectId=PROJECT, name="build")
    assert look_up_id(pending, ORGANIZATION, Organization(definitions=listed).get) == f"{PROJECT}/2"


def test_a_project_is_an_id_of_its_own() -> None:
    there = Organization(projects=[{"id": "9999", "name": "scoring"}])
    pending = creating("azuredevops:index/project:Project", name="scoring")
    assert look_up_id(pending, ORGANIZATION, there.get) == "9999"


def test_what_has_no_name_is_not_asked_for() -> None:
    there = Organization()
    assert look_up_id(creating("azuredevops:index/checkApproval:CheckApproval"), ORGANIZATION, there.get) == ""
    assert there.asked == []


def operation(type_: str, kind: str, inputs: dict[str, Any]) -> dict[str, Any]:
    return {"type": type_, "resource": {"urn": urn(kind), "type": kind, "custom": True, "inputs": inputs}}


def state(*pending: dict[str, Any], group: bool = True) -> dict[str, Any]:
    known: list[dict[str, Any]] = [
        {"type": "azure-native:resources:ResourceGroup", "id": GROUP},
        {"type": "pulumi:providers:azuredevops", "inputs": {"orgServiceUrl": ORGANIZATION}},
    ]
    return {"resources": known if group else known[1:], "pending_operations": list(pending)}


def refuse() -> str:
    raise AssertionError("the state names the subscription already")


VAULT = operation(
    "creating", "azure-native:keyvault:Vault", {"resourceGroupName": "rg-scoring-dev-weu", "vaultName": "kv"}
)
CHECK = operation("creating", "azuredevops:index/checkApproval:CheckApproval", {"projectId": PROJECT})
MEMBER = operation("creating", "azuredevops:index/groupMembership:GroupMembership", {"projectId": PROJECT})
CLUSTER = operation("updating", "azure-native:containerservice:ManagedCluster", {})


def test_a_plan_names_what_is_adopted_read_again_and_perhaps_doubled() -> None:
    found = plan(state(VAULT, CHECK, MEMBER, CLUSTER), refuse, Organization().get)
    assert found.ids == {VAULT["resource"]["urn"]: f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"}
    assert found.changing == [CLUSTER["resource"]["urn"]]
    assert [one.type for one in found.doubled] == ["azuredevops:index/checkApproval:CheckApproval"]


def test_the_subscription_is_asked_for_while_the_state_names_none() -> None:
    group = operation("creating", "azure-native:resources:ResourceGroup", {"resourceGroupName": "rg"})
    found = plan(state(group, group=False), lambda: "2222", Organization().get)
    assert list(found.ids.values()) == ["/subscriptions/2222/resourceGroups/rg"]


def test_an_encrypted_input_is_no_name() -> None:
    vault = operation(
        "creating", "azure-native:keyvault:Vault", {"resourceGroupName": "rg-scoring-dev-weu", "vaultName": SECRET}
    )
    assert plan(state(vault), refuse, Organization().get).ids == {}


def test_an_adopted_resource_is_one_of_the_state_without_outputs() -> None:
    before = state(VAULT, CHECK)
    after = adopt(before, {VAULT["resource"]["urn"]: "/an/id"})
    assert after["resources"] == [*before["resources"], {**VAULT["resource"], "id": "/an/id"}]
    assert after["pending_operations"] == [CHECK]


def test_a_creation_that_was_answered_keeps_its_own_id_and_is_not_asked_for() -> None:
    """The engine writes the answer into the unfinished operation before it writes the end."""
    group = operation(
        "creating", "azuredevops:index/variableGroup:VariableGroup", {"projectId": PROJECT, "name": "dev"}
    )
    group["resource"] |= {"id": "77", "outputs": {"name": "dev"}}
    there = Organization(variablegroups=[{"id": 77, "name": "dev"}])

    found = plan(state(group), refuse, there.get)

    assert (found.ids, there.asked) == ({group["resource"]["urn"]: "77"}, [])
    assert adopt(state(group), found.ids)["resources"][-1] == group["resource"]
