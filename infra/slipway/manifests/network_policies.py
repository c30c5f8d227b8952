"""Traffic that the namespace allows: none, but for what is named here."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes.meta.v1 as meta
import pulumi_kubernetes.networking.v1 as networking

from slipway import scraping
from slipway.config.workload import Tracing
from slipway.contract import Contract
from slipway.naming import Naming

from .metadata import metadata, selector

_DNS_PORT = 53
_NAMESPACE_NAME = "kubernetes.io/metadata.name"


def deny_all(naming: Naming, *, namespace: pulumi.Input[str]) -> networking.NetworkPolicyInitArgs:
    """Nothing in, nothing out, for every pod of the namespace, also such as come later."""
    return networking.NetworkPolicyInitArgs(
        metadata=metadata(naming, namespace=namespace),
        spec=networking.NetworkPolicySpecArgs(
            pod_selector=meta.LabelSelectorArgs(), policy_types=["Ingress", "Egress"]
        ),
    )


def allow_http(naming: Naming, contract: Contract, *, namespace: pulumi.Input[str]) -> networking.NetworkPolicyInitArgs:
    """Anybody may reach the app's public port.

    No sources are listed: an ipBlock of Cilium's never matches nodes or pods, which is what a caller looks like once a
    node has passed the request on, and the load balancer's probe. Callers are sorted out earlier, by the Service's
    source ranges in the network security group.
    """
    return networking.NetworkPolicyInitArgs(
        metadata=metadata(naming, namespace=namespace),
        spec=networking.NetworkPolicySpecArgs(
            pod_selector=selector(naming),
            policy_types=["Ingress"],
            ingress=[networking.NetworkPolicyIngressRuleArgs(ports=[_port(contract.ports.public)])],
        ),
    )


def allow_metrics(
    naming: Naming, contract: Contract, *, namespace: pulumi.Input[str]
) -> networking.NetworkPolicyInitArgs:
    """The agent of managed Prometheus may reach the management port, and no other pod.

    The kubelet's probes need no rule: traffic between a pod and its own node is always allowed.
    Source: kubernetes.io, "Network Policies".
    """
    return networking.NetworkPolicyInitArgs(
        metadata=metadata(naming, namespace=namespace),
        spec=networking.NetworkPolicySpecArgs(
            pod_selector=selector(naming),
            policy_types=["Ingress"],
            ingress=[
                networking.NetworkPolicyIngressRuleArgs(
                    from_=[_peer(scraping.AGENT_NAMESPACE, scraping.AGENT_LABELS)],
                    ports=[_port(contract.management_port)],
                )
            ],
        ),
    )


def allow_tracing(
    naming: Naming, tracing: Tracing, *, namespace: pulumi.Input[str]
) -> networking.NetworkPolicyInitArgs:
    """The app may send spans to the collector and look its name up: the only thing it ever asks for."""
    return networking.NetworkPolicyInitArgs(
        metadata=metadata(naming, namespace=namespace),
        spec=networking.NetworkPolicySpecArgs(
            pod_selector=selector(naming),
            policy_types=["Egress"],
            egress=[
                networking.NetworkPolicyEgressRuleArgs(to=[_peer(tracing.namespace)], ports=[_port(tracing.port)]),
                networking.NetworkPolicyEgressRuleArgs(
                    to=[_peer("kube-system", {"k8s-app": "kube-dns"})],
                    ports=[_port(_DNS_PORT, "UDP"), _port(_DNS_PORT)],
                ),
            ],
        ),
    )


def _peer(namespace: str, pods: Mapping[str, str] | None = None) -> networking.NetworkPolicyPeerArgs:
    return networking.NetworkPolicyPeerArgs(
        namespace_selector=meta.LabelSelectorArgs(match_labels={_NAMESPACE_NAME: namespace}),
        pod_selector=meta.LabelSelectorArgs(match_labels=dict(pods)) if pods else None,
    )


def _port(port: int, protocol: str = "TCP") -> networking.NetworkPolicyPortArgs:
    return networking.NetworkPolicyPortArgs(port=port, protocol=protocol)
