"""The place beside the live release, and the release that has it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes.apps.v1 as apps
import pulumi_kubernetes.autoscaling.v2 as autoscaling
import pulumi_kubernetes.core.v1 as core
import pulumi_kubernetes.networking.v1 as networking
import pulumi_kubernetes.policy.v1 as policy

from slipway import manifests
from slipway.config.canary import CanaryRelease, canary_scaling
from slipway.config.entry import Gateway
from slipway.config.workload import Workload as Config
from slipway.contract.application import Application
from slipway.manifests.entry import Split, allow_gateway
from slipway.naming import Naming

from .workload import Workload


@dataclass(frozen=True, kw_only=True)
class CanaryArgs:
    """`running` is the release that has the place, and `image` its full reference by digest; None while none has."""

    naming: Naming
    config: Config
    gateway: Gateway
    app: Application
    share: int
    running: CanaryRelease | None
    image: pulumi.Input[str] | None
    workload: Workload
    cluster: pulumi.Resource
    pull_grants: Sequence[pulumi.Resource] = ()


class Canary(pulumi.ComponentResource):
    """A Service of the route that finds the live pods while no canary runs, and the canary's while one does.

    So a canary comes and goes by a Service's selector: the route stays, and at no moment does the Service find no pod.
    """

    split: Split
    """The route's division."""

    def __init__(self, name: str, args: CanaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Canary", name, None, opts)
        self._name, self._args = name, args
        self._naming = args.naming.canary
        doors = self._doors()
        pods = self._pods(args.running, doors) if args.running else []
        answering = bool(args.running and not args.running.shadow)
        service = self._service("service", canary=answering, after=pods or [args.workload])
        shadow = None
        if args.running and args.running.shadow:
            shadow = self._service("shadow", canary=True, after=pods).metadata.name
        self.split = Split(service=service.metadata.name, share=args.share, mirror=shadow)
        self.register_outputs({})

    def _doors(self) -> list[pulumi.Resource]:
        """Doors in the namespace's default denial, for the canary's pods as for the live ones."""
        args, naming, namespace = self._args, self._naming, self._args.workload.namespace
        contract = args.app.contract
        doors = {"gateway": allow_gateway(naming, args.gateway, contract, namespace=namespace)}
        if contract.metrics:
            doors["metrics"] = manifests.allow_metrics(naming, contract, namespace=namespace)
        if args.config.tracing:
            doors["tracing"] = manifests.allow_tracing(naming, args.config.tracing, namespace=namespace)
        return [
            networking.NetworkPolicy(f"{self._name}-allow-{what}", door, self._child()) for what, door in doors.items()
        ]

    def _pods(self, running: CanaryRelease, doors: list[pulumi.Resource]) -> list[pulumi.Resource]:
        args, naming, namespace = self._args, self._naming, self._args.workload.namespace
        assert args.image is not None, "a release comes with its image"
        settings = core.ConfigMap(
            f"{self._name}-settings",
            manifests.settings(naming, args.config, args.app, running.release, namespace),
            self._child(),
        )
        references = manifests.References(
            image=args.image,
            settings=settings.metadata.name,
            service_account=args.workload.account_name,
            priority_class=args.workload.priority_name,
        )
        seconds = f"{args.config.rollout.timeout_seconds}s"
        deployment = apps.Deployment(
            f"{self._name}-app",
            manifests.deployment(
                naming, args.config, args.app.contract, running.release, references, namespace=namespace
            ),
            pulumi.ResourceOptions(
                parent=self,
                deleted_with=args.cluster,
                # The namespace's bounds are among what the live release stands on.
                depends_on=[args.workload, *doors, *args.pull_grants],
                custom_timeouts=pulumi.CustomTimeouts(create=seconds, update=seconds),
                ignore_changes=["spec.replicas"],  # the autoscaler's
            ),
        )
        scaling = canary_scaling(args.config.scaling, args.share)
        budget = manifests.disruption_budget(naming, args.config.disruptions, namespace=namespace)
        autoscaler = manifests.autoscaler(naming, scaling, namespace=namespace, deployment=deployment.metadata.name)
        policy.PodDisruptionBudget(f"{self._name}-budget", budget, self._child())
        autoscaling.HorizontalPodAutoscaler(f"{self._name}-autoscaler", autoscaler, self._child())
        return [deployment]

    def _service(self, part: str, *, canary: bool, after: Sequence[pulumi.Resource]) -> core.Service:
        args = self._args
        name = f"{args.naming.workload}-{'canary' if part == 'service' else part}"
        return core.Service(
            f"{self._name}-{part}",
            manifests.internal_service(
                args.naming,
                args.config,
                namespace=args.workload.namespace,
                name=name,
                of=self._naming if canary else args.naming,
            ),
            pulumi.ResourceOptions.merge(self._child(), pulumi.ResourceOptions(depends_on=list(after))),
        )

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, deleted_with=self._args.cluster)
