"""The controllers behind the way in: Envoy Gateway, and cert-manager where certificates come from an authority."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes.core.v1 as core
import pulumi_kubernetes.helm.v3 as helm

from slipway import manifests
from slipway.config.entry import Acme, Gateway
from slipway.controllers import CERT_MANAGER_NAMESPACE, CERT_MANAGER_VERSION, GATEWAY_VERSION
from slipway.manifests import entry as objects
from slipway.naming import Naming

_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class ControllersArgs:
    """`cluster` is what the charts' objects go with."""

    naming: Naming
    gateway: Gateway
    acme: Acme | None
    protect: bool
    cluster: pulumi.Resource


class Controllers(pulumi.ComponentResource):
    """Charts of fixed versions, each in a namespace of its own.

    `gateway` and `certificates` are what must be there before objects of their kinds: nothing where the cluster has an
    Envoy Gateway already, or where people bring their certificate.
    """

    gateway: list[pulumi.Resource]
    certificates: list[pulumi.Resource]

    def __init__(self, name: str, args: ControllersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Controllers", name, None, opts)
        self._name, self._args = name, args
        self.gateway, self.certificates = [], []
        config = args.gateway
        if config.class_name is None:
            values = objects.gateway_values(config)
            self.gateway = [self._chart("gateway", config.namespace, config.chart, GATEWAY_VERSION, values)]
        if args.acme:
            values = objects.cert_manager_values(config, args.acme)
            # It looks for the Gateway's kinds once, when it starts.
            self.certificates = [
                self._chart(
                    "cert-manager",
                    CERT_MANAGER_NAMESPACE,
                    args.acme.chart,
                    CERT_MANAGER_VERSION,
                    values,
                    after=self.gateway,
                )
            ]
        self.register_outputs({})

    def _chart(
        self,
        part: str,
        namespace: str,
        chart: str,
        version: str,
        values: Mapping[str, Any],
        after: list[pulumi.Resource] | None = None,
    ) -> helm.Release:
        """A Release, since its preview needs no cluster: a fresh environment is previewed before it has one."""
        home = core.Namespace(
            f"{self._name}-{part}-namespace",
            manifests.namespace(self._args.naming, name=namespace),
            self._opts(),
        )
        return helm.Release(
            f"{self._name}-{part}",
            name=part,
            namespace=home.metadata.name,
            chart=chart,
            version=version,
            values=dict(values),
            timeout=_SECONDS,
            atomic=True,
            opts=pulumi.ResourceOptions.merge(self._opts(), pulumi.ResourceOptions(depends_on=after or [])),
        )

    def _opts(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, deleted_with=self._args.cluster, protect=self._args.protect)
