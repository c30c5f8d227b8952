"""The cluster: people and pipelines sign in with Entra, and not everybody can knock at its API server."""

from collections.abc import Iterator

from policy.model import Fault, Level, Resource, rule
from policy.values import at, is_unknown, members

from .switches import must_be

CLUSTER = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
_ANYWHERE = ("0.0.0.0/0", "::/0", "0.0.0.0/1")


@rule(
    "cluster-local-accounts-off",
    CLUSTER,
    demand="A cluster has no local accounts.",
    remedy="set disableLocalAccounts to true",
)
def local_accounts(resource: Resource) -> Iterator[Fault]:
    """Their certificate is cluster-admin, cannot be revoked, and bypasses Entra."""
    yield from must_be(resource, "disableLocalAccounts", on=True, silence="off")


@rule(
    "cluster-entra-and-rbac",
    CLUSTER,
    demand="Entra signs users of a cluster in, and Azure roles decide what they may do.",
    remedy="set aadProfile.managed and aadProfile.enableAzureRBAC to true, and leave enableRBAC on",
)
def rbac(resource: Resource) -> Iterator[Fault]:
    """Both are off unless they are asked for."""
    if at(resource.inputs, "enableRBAC") is False:
        yield Fault("enableRBAC", "off")
    for path in ("aadProfile.managed", "aadProfile.enableAzureRBAC"):
        yield from must_be(resource, path, on=True, silence="off")


@rule(
    "cluster-api-server-closed",
    CLUSTER,
    demand="Not every network reaches a cluster's API server.",
    remedy="name networks in apiServerAccessProfile.authorizedIPRanges, or set enablePrivateCluster",
    level=Level.ADVISORY,
)
def api_server(resource: Resource) -> Iterator[Fault]:
    """Advisory: hosted agents have no address of their own, so a first environment may have to leave it open."""
    if not resource.protected:
        yield from _open_to_all(resource)


@rule(
    "protected-api-server-closed",
    CLUSTER,
    demand="Not every network reaches the API server of a protected cluster.",
    remedy="name networks in apiServerAccessProfile.authorizedIPRanges, or set enablePrivateCluster",
)
def protected_api_server(resource: Resource) -> Iterator[Fault]:
    """Mandatory where the environment protects what it has."""
    if resource.protected:
        yield from _open_to_all(resource)


def _open_to_all(resource: Resource) -> Iterator[Fault]:
    profile = at(resource.inputs, "apiServerAccessProfile")
    if is_unknown(profile) or at(profile, "enablePrivateCluster") is True:
        return
    ranges = at(profile, "authorizedIPRanges")
    if is_unknown(ranges) or is_unknown(at(profile, "enablePrivateCluster")):
        return
    if not members(ranges):
        yield Fault("apiServerAccessProfile.authorizedIPRanges", "no network named, which means every one")
    for entry in members(ranges):
        if entry in _ANYWHERE:
            yield Fault("apiServerAccessProfile.authorizedIPRanges", str(entry))


@rule(
    "nodes-without-public-addresses",
    CLUSTER,
    POOL,
    demand="No node has a public address.",
    remedy="set enableNodePublicIP to false; callers come through the load balancer",
)
def node_addresses(resource: Resource) -> Iterator[Fault]:
    """A node's own address goes around the load balancer."""
    if at(resource.inputs, "enableNodePublicIP") is True:
        yield Fault("enableNodePublicIP", "on")
    for position, pool in enumerate(members(at(resource.inputs, "agentPoolProfiles"))):
        if at(pool, "enableNodePublicIP") is True:
            yield Fault(f"agentPoolProfiles[{position}].enableNodePublicIP", "on")


@rule(
    "cluster-workload-identity",
    CLUSTER,
    demand="Pods and pipelines get identities from the cluster's own issuer, not secrets.",
    remedy="set oidcIssuerProfile.enabled and securityProfile.workloadIdentity.enabled to true",
    level=Level.ADVISORY,
)
def workload_identity(resource: Resource) -> Iterator[Fault]:
    """Advisory: an app that asks Azure for nothing needs none."""
    for path in ("oidcIssuerProfile.enabled", "securityProfile.workloadIdentity.enabled"):
        yield from must_be(resource, path, on=True, silence="off")


@rule(
    "cluster-network-policy",
    CLUSTER,
    demand="A cluster enforces network policies.",
    remedy="set networkProfile.networkPolicy, or networkProfile.networkDataplane to cilium",
)
def network_policy(resource: Resource) -> Iterator[Fault]:
    """Without an engine the NetworkPolicies are stored and ignored."""
    profile = at(resource.inputs, "networkProfile")
    policy, dataplane = at(profile, "networkPolicy"), at(profile, "networkDataplane")
    if is_unknown(policy) or is_unknown(dataplane):
        return
    if policy in (None, "none") and dataplane != "cilium":
        yield Fault("networkProfile.networkPolicy", str(policy) if policy else "not set, which means none")


RULES = (local_accounts, rbac, api_server, protected_api_server, node_addresses, workload_identity, network_policy)
