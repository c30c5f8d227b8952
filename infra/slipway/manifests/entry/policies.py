"""Doors in the namespace's default denial that a gateway needs."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes.meta.v1 as meta
import pulumi_kubernetes.networking.v1 as networking

from slipway.config.entry import Gateway
from slipway.contract import Contract
from slipway.controllers import OWNING_GATEWAY, SOLVER_LABELS, SOLVER_PORT
from slipway.manifests.metadata import metadata
from slipway.naming import Naming

_NAMESPACE_NAME = "kubernetes.io/metadata.name"


def allow_gateway(
    naming: Naming, config: Gateway, contract: Contract, *, namespace: pulumi.Input[str]
) -> networking.NetworkPolicyInitArgs:
    """The gateway's proxies may reach the app's public port; nothing else in the cluster may."""
    return _allow(naming, config, namespace, naming.selector, contract.ports.public)


def allow_solver(naming: Naming, config: Gateway, *, namespace: pulumi.Input[str]) -> networking.NetworkPolicyInitArgs:
    """The proxies may reach the pod that answers the certificate's authority."""
    return _allow(naming, config, namespace, SOLVER_LABELS, SOLVER_PORT)


def _allow(
    naming: Naming, config: Gateway, namespace: pulumi.Input[str], pods: Mapping[str, str], port: int
) -> networking.NetworkPolicyInitArgs:
    proxies = networking.NetworkPolicyPeerArgs(
        namespace_selector=meta.LabelSelectorArgs(match_labels={_NAMESPACE_NAME: config.namespace}),
        pod_selector=meta.LabelSelectorArgs(match_labels={OWNING_GATEWAY: naming.workload}),
    )
    return networking.NetworkPolicyInitArgs(
        metadata=metadata(naming, namespace=namespace),
        spec=networking.NetworkPolicySpecArgs(
            pod_selector=meta.LabelSelectorArgs(match_labels=dict(pods)),
            policy_types=["Ingress"],
            ingress=[
                networking.NetworkPolicyIngressRuleArgs(
                    from_=[proxies], ports=[networking.NetworkPolicyPortArgs(port=port, protocol="TCP")]
                )
            ],
        ),
    )
