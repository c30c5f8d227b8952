"""The app on the cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes.apps.v1 as apps
import pulumi_kubernetes.autoscaling.v2 as autoscaling
import pulumi_kubernetes.core.v1 as core
import pulumi_kubernetes.networking.v1 as networking
import pulumi_kubernetes.policy.v1 as policy
import pulumi_kubernetes.scheduling.v1 as scheduling

from slipway import manifests
from slipway.config.entry import Entry
from slipway.config.release import Release
from slipway.config.workload import Workload as Config
from slipway.contract.application import Application
from slipway.controllers import CERT_MANAGER_NAMESPACE
from slipway.manifests.entry import allow_gateway
from slipway.naming import Naming


@dataclass(frozen=True, kw_only=True)
class WorkloadArgs:
    """`image` is the full reference by digest; `ip_name` and `ip_resource_group` name the public address."""

    naming: Naming
    config: Config
    entry: Entry
    app: Application
    release: Release
    protect: bool
    """True if a `destroy` leaves what answers callers. The engine deletes, or forgets, all else before it refuses."""
    cluster: pulumi.Resource
    """Cluster that the objects go with: once it is gone, no server is left to delete them."""
    image: pulumi.Input[str]
    ip_name: pulumi.Input[str]
    ip_resource_group: pulumi.Input[str]
    canary_share: int | None = None
    """Percent of the requests that a canary's place gets, None where none is kept."""
    pull_grants: Sequence[pulumi.Resource] = ()
    """Resources that must be there before an image can be pulled."""
    address_grants: Sequence[pulumi.Resource] = ()
    """Resources that must be there before the cluster can use the address."""


class Workload(pulumi.ComponentResource):
    """Namespace, Deployment, Service and what keeps them in bounds.

    Only Namespace, ServiceAccount and Service have fixed names: others are replaced by making the new one first.
    """

    namespace: pulumi.Output[str]
    service_name: pulumi.Output[str]
    deployment_name: pulumi.Output[str]
    account_name: pulumi.Output[str]
    priority_name: pulumi.Output[str]

    def __init__(self, name: str, args: WorkloadArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Workload", name, None, opts)
        self._name, self._args = name, args
        namespace = core.Namespace(
            f"{name}-namespace",
            manifests.namespace(args.naming),
            self._kept(),
        )
        self.namespace = namespace.metadata.name
        deployment = self._deployment(self._bounds())
        self.deployment_name = deployment.metadata.name
        self._availability()
        self.service_name = self._service().metadata.name
        if args.app.contract.metrics:
            core.ConfigMapPatch(f"{name}-scraping", manifests.scraping(args.naming, *self._watched()), self._child())
        self.register_outputs(
            {
                "namespace": self.namespace,
                "serviceName": self.service_name,
                "deploymentName": self.deployment_name,
            }
        )

    def _bounds(self) -> list[pulumi.Resource]:
        """Return the bounds that hold for pods from their first moment, so that they are there before them."""
        name, naming, config = self._name, self._args.naming, self._args.config
        contract = self._args.app.contract
        bounds: list[pulumi.Resource] = [
            networking.NetworkPolicy(
                f"{name}-deny-all", manifests.deny_all(naming, namespace=self.namespace), self._child()
            ),
            networking.NetworkPolicy(f"{name}-allow-http", self._callers(), self._child()),
            core.ResourceQuota(
                f"{name}-quota",
                manifests.quota(
                    naming,
                    config,
                    namespace=self.namespace,
                    entry=self._args.entry,
                    canary_share=self._args.canary_share,
                ),
                self._child(),
            ),
            core.LimitRange(
                f"{name}-limits", manifests.limits(naming, config, namespace=self.namespace), self._child()
            ),
        ]
        if contract.metrics:
            scraped = manifests.allow_metrics(naming, contract, namespace=self.namespace)
            bounds.append(networking.NetworkPolicy(f"{name}-allow-metrics", scraped, self._child()))
        if config.tracing:
            egress = manifests.allow_tracing(naming, config.tracing, namespace=self.namespace)
            bounds.append(networking.NetworkPolicy(f"{name}-allow-tracing", egress, self._child()))
        return bounds

    def _watched(self) -> list[str]:
        """Namespaces of controllers whose figures count: the gateway's judge a canary, cert-manager's raise alerts."""
        entry = self._args.entry
        found = [entry.gateway.namespace] if entry.gateway and entry.canary else []
        return found + ([CERT_MANAGER_NAMESPACE] if entry.issued else [])

    def _callers(self) -> networking.NetworkPolicyInitArgs:
        naming, contract, gateway = self._args.naming, self._args.app.contract, self._args.entry.gateway
        if gateway:
            return allow_gateway(naming, gateway, contract, namespace=self.namespace)
        return manifests.allow_http(naming, contract, namespace=self.namespace)

    def _deployment(self, bounds: list[pulumi.Resource]) -> apps.Deployment:
        name, args = self._name, self._args
        account = core.ServiceAccount(
            f"{name}-account", manifests.service_account(args.naming, self.namespace), self._kept()
        )
        settings = core.ConfigMap(
            f"{name}-settings",
            manifests.settings(args.naming, args.config, args.app, args.release, self.namespace),
            self._child(),
        )
        priority = scheduling.PriorityClass(
            f"{name}-priority",
            manifests.priority(args.naming, args.config.priority),
            # Kubernetes refuses another value, and the provider's own table of what it replaces lacks the kind.
            pulumi.ResourceOptions(
                parent=self, deleted_with=args.cluster, replace_on_changes=["value", "preemptionPolicy"]
            ),
        )
        self.account_name, self.priority_name = account.metadata.name, priority.metadata.name
        return apps.Deployment(
            f"{name}-app",
            manifests.deployment(
                args.naming,
                args.config,
                args.app.contract,
                args.release,
                manifests.References(
                    image=args.image,
                    settings=settings.metadata.name,
                    service_account=self.account_name,
                    priority_class=self.priority_name,
                ),
                namespace=self.namespace,
            ),
            pulumi.ResourceOptions(
                parent=self,
                deleted_with=args.cluster,
                protect=args.protect,
                depends_on=[*bounds, *args.pull_grants],
                custom_timeouts=self._timeouts(),
                # The autoscaler's field, even where an earlier version of this program has set it.
                ignore_changes=["spec.replicas"],
            ),
        )

    def _availability(self) -> None:
        name, naming, config = self._name, self._args.naming, self._args.config
        policy.PodDisruptionBudget(
            f"{name}-budget",
            manifests.disruption_budget(naming, config.disruptions, namespace=self.namespace),
            self._kept(),
        )
        autoscaling.HorizontalPodAutoscaler(
            f"{name}-autoscaler",
            manifests.autoscaler(naming, config.scaling, namespace=self.namespace, deployment=self.deployment_name),
            self._kept(),
        )

    def _service(self) -> core.Service:
        args = self._args
        return core.Service(
            f"{self._name}-service",
            manifests.internal_service(args.naming, args.config, namespace=self.namespace)
            if args.entry.gateway
            else manifests.service(
                args.naming,
                args.config,
                args.app.contract,
                namespace=self.namespace,
                ip_name=args.ip_name,
                ip_resource_group=args.ip_resource_group,
            ),
            pulumi.ResourceOptions(
                parent=self,
                # Azure refuses to delete the address while the Service holds it; it lets go when its cluster goes. An
                # explicit deletion would fail where a cluster is replaced: the engine has closed its provider by then.
                deleted_with=args.cluster,
                protect=args.protect,
                depends_on=list(args.address_grants),
                custom_timeouts=self._timeouts(),
            ),
        )

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, deleted_with=self._args.cluster)

    def _kept(self) -> pulumi.ResourceOptions:
        """For what is never replaced in ordinary life, and of which a second one would be in the first one's way."""
        return pulumi.ResourceOptions(parent=self, deleted_with=self._args.cluster, protect=self._args.protect)

    def _timeouts(self) -> pulumi.CustomTimeouts:
        seconds = f"{self._args.config.rollout.timeout_seconds}s"
        return pulumi.CustomTimeouts(create=seconds, update=seconds)
