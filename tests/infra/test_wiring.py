"""The committed stacks as one machine: who may reach what, and that both ends of each connection are the same thing."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from delivery.preview.record import Record
from slipway.roles import Role

from .golden.text import STACKS, recorded
from .test_stacks import variant

AKS = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
SUBNET = "azure-native:network:Subnet"
GRANT = "azure-native:authorization:RoleAssignment"

every_stack = pytest.mark.parametrize("stack", STACKS)


def one(stack: str, kind: str, name: str | None = None) -> Record:
    return recorded(stack).one(kind, name)


def inputs(stack: str, kind: str, name: str | None = None) -> dict[str, Any]:
    return dict(one(stack, kind, name).inputs)


def identifier(record: Record) -> str:
    """The text by which other resources refer to the id of this one."""
    return f"${{{record.name}.id}}"


def granted(stack: str, role: Role, principal: str) -> set[str]:
    """The scopes on which a principal has a role."""
    return {
        str(found.inputs["scope"])
        for found in recorded(stack).all(GRANT)
        if found.inputs["principalId"] == principal and str(found.inputs["roleDefinitionId"]).endswith(f"/{role}")
    }


def kubelet(stack: str) -> dict[str, Any]:
    """The identity that the machines of the cluster have."""
    found: dict[str, Any] = inputs(stack, AKS)["identityProfile"]["kubeletidentity"]
    return found


def cluster_principal(stack: str) -> str:
    """The identity that the cluster itself is, by the id that roles are granted to."""
    [identity] = inputs(stack, AKS)["identity"]["userAssignedIdentities"]
    return str(identity).replace(".id}", ".principalId}")


def rules(stack: str, part: str) -> dict[str, dict[str, Any]]:
    """The security rules of the subnet `part`, by their names."""
    subnet = inputs(stack, SUBNET, f"network-{part}")
    [group] = [
        found
        for found in recorded(stack).all("azure-native:network:NetworkSecurityGroup")
        if identifier(found) == subnet["networkSecurityGroup"]["id"]
    ]
    listed: Any = group.inputs["securityRules"]
    return {rule["name"]: rule for rule in listed}


@every_stack
def test_the_nodes_may_pull_from_the_registry_that_the_image_is_named_after(stack: str) -> None:
    [registry] = recorded(stack).all("azure-native:containerregistry:Registry")
    [deployment] = recorded(stack).all("kubernetes:apps/v1:Deployment")
    spec: Any = deployment.inputs["spec"]
    [container] = spec["template"]["spec"]["containers"]

    assert container["image"].split(".")[0] == registry.inputs["registryName"]
    assert granted(stack, Role.ACR_PULL, kubelet(stack)["objectId"]) == {identifier(registry)}


@every_stack
def test_nobody_pulls_before_the_right_to_is_there(stack: str) -> None:
    [deployment] = recorded(stack).all("kubernetes:apps/v1:Deployment")
    waits: Any = deployment.options.get("dependsOn", [])

    assert f"{GRANT}::registry-pull-kubelet" in waits


@every_stack
def test_all_machines_of_the_cluster_live_in_the_nodes_subnet(stack: str) -> None:
    nodes = identifier(one(stack, SUBNET, "network-nodes"))
    system = [profile["vnetSubnetID"] for profile in inputs(stack, AKS)["agentPoolProfiles"]]
    others = [found.inputs["vnetSubnetID"] for found in recorded(stack).all(POOL)]

    assert system
    assert others
    assert {*system, *others} == {nodes}


@every_stack
def test_the_cluster_may_put_machines_into_exactly_the_subnet_that_they_live_in(stack: str) -> None:
    [subnet] = {profile["vnetSubnetID"] for profile in inputs(stack, AKS)["agentPoolProfiles"]}

    assert subnet in granted(stack, Role.NETWORK_CONTRIBUTOR, cluster_principal(stack))


@every_stack
def test_the_cluster_may_give_its_machines_their_identity_before_it_is_made(stack: str) -> None:
    assert granted(stack, Role.MANAGED_IDENTITY_OPERATOR, cluster_principal(stack)) == {kubelet(stack)["resourceId"]}
    waits: Any = one(stack, AKS).options["dependsOn"]
    assert f"{GRANT}::identities-cluster-assigns-kubelet" in waits
    assert f"{GRANT}::cluster-joins-subnet" in waits


@every_stack
def test_the_machines_have_one_identity_by_all_its_three_ids(stack: str) -> None:
    found = kubelet(stack)
    names = {re.sub(r"\$\{(.*)\.\w+\}", r"\1", str(value)) for value in found.values()}

    assert found.keys() == {"resourceId", "clientId", "objectId"}
    assert names == {"identities-kubelet"}
    assert [str(found[key]).rpartition(".")[2] for key in ("resourceId", "clientId", "objectId")] == [
        "id}",
        "clientId}",
        "principalId}",
    ]


@every_stack
def test_cluster_and_machines_are_not_the_same_identity(stack: str) -> None:
    [cluster] = inputs(stack, AKS)["identity"]["userAssignedIdentities"]

    assert cluster != kubelet(stack)["resourceId"]


@every_stack
def test_kubernetes_objects_belong_to_the_cluster_by_its_id_and_not_by_its_kubeconfig(stack: str) -> None:
    """Without it another login, or another address of the same cluster, would replace every object."""
    provider = one(stack, "pulumi:providers:kubernetes")

    assert provider.inputs["clusterIdentifier"] == identifier(one(stack, AKS))


def public_service(stack: str) -> tuple[list[str], dict[str, str]]:
    """Ports and annotations of the Service on the public address: the app's own, or that of a Gateway's proxies."""
    gateways = recorded(stack).all("kubernetes:gateway.networking.k8s.io/v1:Gateway")
    if gateways:
        gateway: Any = gateways[0].inputs["spec"]
        return [str(one["port"]) for one in gateway["listeners"]], gateway["infrastructure"]["annotations"]
    [service] = recorded(stack).all("kubernetes:core/v1:Service")
    spec: Any = service.inputs["spec"]
    metadata: Any = service.inputs["metadata"]
    return [str(port["port"]) for port in spec["ports"]], metadata["annotations"]


@every_stack
def test_the_ports_that_the_nodes_subnet_opens_are_the_public_services(stack: str) -> None:
    opened = rules(stack, "nodes")["allow-callers"]

    assert (opened.get("destinationPortRanges") or [opened["destinationPortRange"]]) == public_service(stack)[0]
    assert opened["access"] == "Allow"


@every_stack
def test_callers_reach_the_address_that_the_service_answers_at(stack: str) -> None:
    address = one(stack, "azure-native:network:PublicIPAddress", "address-ip")
    _, notes = public_service(stack)

    assert rules(stack, "nodes")["allow-callers"]["destinationAddressPrefix"] == "${address-ip.ipAddress}"
    assert notes["service.beta.kubernetes.io/azure-pip-name"] == address.inputs["publicIpAddressName"]
    group = notes["service.beta.kubernetes.io/azure-load-balancer-resource-group"]
    assert group == address.inputs["resourceGroupName"]


@every_stack
def test_the_cluster_may_use_the_address_that_its_service_names(stack: str) -> None:
    address = identifier(one(stack, "azure-native:network:PublicIPAddress", "address-ip"))

    assert address in granted(stack, Role.NETWORK_CONTRIBUTOR, cluster_principal(stack))


@every_stack
def test_everything_else_is_kept_out_of_both_subnets(stack: str) -> None:
    for part in ("nodes", "endpoints"):
        found = rules(stack, part)
        last = max(found.values(), key=lambda rule: int(rule["priority"]))

        assert (last["access"], last["sourceAddressPrefix"], last["destinationPortRange"]) == ("Deny", "*", "*"), part
        assert [rule for rule in found.values() if rule["access"] == "Deny"] == [last], part


@every_stack
def test_pods_talk_among_themselves_by_the_range_that_the_cluster_gives_them(stack: str) -> None:
    pods, nodes = inputs(stack, AKS)["networkProfile"]["podCidr"], inputs(stack, SUBNET, "network-nodes")
    found = rules(stack, "nodes")

    assert (found["allow-pods"]["sourceAddressPrefix"], found["allow-pods"]["destinationAddressPrefix"]) == (pods, pods)
    to_pods = found["allow-nodes-to-pods"]
    assert to_pods["sourceAddressPrefix"] == nodes["addressPrefix"]
    assert to_pods["destinationAddressPrefix"] == pods


ZONES = {"registry": "privatelink.azurecr.io", "blob": "privatelink.blob.core.windows.net"}
"""learn.microsoft.com, "Azure Private Endpoint private DNS zone values": what each kind of target answers to."""


def endpoints(stack: str) -> Iterator[tuple[Record, str]]:
    """Each private endpoint, with the kind of its target."""
    for found in recorded(stack).all("azure-native:network:PrivateEndpoint"):
        connections: Any = found.inputs["privateLinkServiceConnections"]
        [kind] = [kind for connection in connections for kind in connection["groupIds"]]
        yield found, kind


def test_a_private_registry_is_reached_under_the_name_that_azure_looks_up() -> None:
    [(endpoint, kind)] = endpoints("prod")
    zone = one("prod", "azure-native:privatedns:PrivateZone")
    link = inputs("prod", "azure-native:privatedns:VirtualNetworkLink")
    group = inputs("prod", "azure-native:network:PrivateDnsZoneGroup")
    [registered] = group["privateDnsZoneConfigs"]

    assert zone.inputs["privateZoneName"] == ZONES[kind]
    assert registered["privateDnsZoneId"] == identifier(zone)
    assert group["privateEndpointName"] == endpoint.inputs["privateEndpointName"]
    assert link["privateZoneName"] == zone.inputs["privateZoneName"]
    assert link["registrationEnabled"] is False, "the zone answers for the registry, and for no machine"
    assert link["virtualNetwork"] == {"id": identifier(one("prod", "azure-native:network:VirtualNetwork"))}


def test_a_private_model_store_is_reached_under_the_name_that_azure_looks_up(tmp_path: Path) -> None:
    changes = {"slipway:model": {"blob": {"access": "private"}}, "slipway:pipelines": {"pool": "own"}}
    found = variant(tmp_path, "dev", changes)

    assert found.one("azure-native:privatedns:PrivateZone").inputs["privateZoneName"] == ZONES["blob"]


def test_a_private_registry_is_what_its_endpoint_leads_to_from_the_endpoints_subnet() -> None:
    [(endpoint, _)] = endpoints("prod")
    connections: Any = endpoint.inputs["privateLinkServiceConnections"]
    registry = one("prod", "azure-native:containerregistry:Registry")

    assert [connection["privateLinkServiceId"] for connection in connections] == [identifier(registry)]
    subnet: Any = endpoint.inputs["subnet"]
    assert subnet["id"] == identifier(one("prod", SUBNET, "network-endpoints"))


def test_the_nodes_leave_over_the_gateway_that_the_cluster_counts_on() -> None:
    subnet = inputs("prod", SUBNET, "network-nodes")
    gateway = one("prod", "azure-native:network:NatGateway")

    assert subnet["natGateway"] == {"id": identifier(gateway)}
    assert inputs("prod", AKS)["networkProfile"]["outboundType"] == "userAssignedNATGateway"
    assert gateway.inputs["publicIpAddresses"] == [{"id": "${network-egress-ip.id}"}]


def test_without_a_gateway_the_cluster_counts_on_its_load_balancer() -> None:
    assert "natGateway" not in inputs("dev", SUBNET, "network-nodes")
    assert inputs("dev", AKS)["networkProfile"]["outboundType"] == "loadBalancer"


@every_stack
def test_metrics_and_logs_of_the_cluster_go_to_the_workspaces_that_alerts_ask(stack: str) -> None:
    metrics = identifier(one(stack, "azure-native:monitor:AzureMonitorWorkspace"))
    logs = identifier(one(stack, "azure-native:operationalinsights:Workspace"))
    rule = inputs(stack, "azure-native:monitor:DataCollectionRule", "alerts-metrics-rule")

    [account] = rule["destinations"]["monitoringAccounts"]
    assert account["accountResourceId"] == metrics
    for found in recorded(stack).all("azure-native:alertsmanagement:PrometheusRuleGroup"):
        scopes: Any = found.inputs["scopes"]
        assert metrics in scopes, found.name
    for found in recorded(stack).all("azure-native:monitor:DiagnosticSetting"):
        assert found.inputs["workspaceId"] == logs, found.name
    addon = inputs(stack, AKS)["addonProfiles"]["omsagent"]
    assert addon["config"]["logAnalyticsWorkspaceResourceID"] == logs


@every_stack
def test_every_alert_wakes_the_people_on_call(stack: str) -> None:
    oncall = identifier(one(stack, "azure-native:monitor:ActionGroup"))
    seen = 0
    for found in recorded(stack).all("azure-native:alertsmanagement:PrometheusRuleGroup"):
        listed: Any = found.inputs["rules"]
        for rule in listed:
            if "alert" in rule:
                assert [action["actionGroupId"] for action in rule["actions"]] == [oncall], rule["alert"]
                seen += 1

    assert seen > 5


@every_stack
def test_what_collects_from_the_cluster_is_tied_to_the_cluster(stack: str) -> None:
    cluster = identifier(one(stack, AKS))
    rules_of = {identifier(found) for found in recorded(stack).all("azure-native:monitor:DataCollectionRule")}
    tied = recorded(stack).all("azure-native:monitor:DataCollectionRuleAssociation")

    assert {found.inputs["resourceUri"] for found in tied} == {cluster}
    assert {found.inputs["dataCollectionRuleId"] for found in tied} == rules_of


@every_stack
def test_the_budget_counts_what_the_environment_and_its_machines_cost(stack: str) -> None:
    group = one(stack, "azure-native:resources:ResourceGroup").inputs["resourceGroupName"]
    budget = inputs(stack, "azure-native:consumption:Budget")
    counted: Any = budget["filter"]["dimensions"]

    assert set(counted["values"]) == {group, inputs(stack, AKS)["nodeResourceGroup"]}


@every_stack
def test_each_federated_login_is_that_of_its_own_connection(stack: str) -> None:
    for found in recorded(stack).all("azure-native:managedidentity:FederatedIdentityCredential"):
        purpose = found.name.removesuffix("-credential")
        assert found.inputs["issuer"] == f"${{{purpose}-endpoint.workloadIdentityFederationIssuer}}", found.name
        assert found.inputs["subject"] == f"${{{purpose}-endpoint.workloadIdentityFederationSubject}}", found.name
        assert found.inputs["resourceName"] == f"${{pipeline-identities-{purpose.rpartition('-')[2]}.name}}"


@every_stack
def test_the_app_runs_on_the_pool_that_carries_its_label(stack: str) -> None:
    [deployment] = recorded(stack).all("kubernetes:apps/v1:Deployment")
    spec: Any = deployment.inputs["spec"]
    wanted: Mapping[str, str] = spec["template"]["spec"]["nodeSelector"]
    pools: list[Any] = [found.inputs["nodeLabels"] for found in recorded(stack).all(POOL)]

    assert [labels for labels in pools if labels.get("slipway/pool") == wanted["slipway/pool"]]
