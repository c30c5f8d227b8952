"""The way in through a gateway."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes.networking.v1 as networking
from pulumi_kubernetes.apiextensions import CustomResource

from slipway.config.callers import Callers
from slipway.config.entry import Acme, Certificate, Gateway
from slipway.config.workload import Service
from slipway.manifests import entry as objects
from slipway.manifests.entry import Custom
from slipway.naming import Naming


@dataclass(frozen=True, kw_only=True)
class EntryArgs:
    """`host` is the name that callers use; `service` and `namespace` are where the app is found in the cluster."""

    naming: Naming
    gateway: Gateway
    certificate: Certificate
    callers: Callers
    tenant: str
    """The environment's own, which issues callers' tokens where config names no other."""
    traffic: Service
    """Sources that may call, and the way that a node passes them on."""
    largest_body: int | None
    """Bytes that the app takes as one body; None where it does not say."""
    protect: bool
    cluster: pulumi.Resource
    namespace: pulumi.Output[str]
    service: pulumi.Output[str]
    split: objects.Split | None = None
    """The route's division with a canary's place, None where none is kept."""
    host: pulumi.Input[str]
    ip_name: pulumi.Input[str]
    ip_resource_group: pulumi.Input[str]
    gateway_kinds: Sequence[pulumi.Resource]
    """The controller that brings the gateway's kinds; empty where the cluster has one already."""
    certificate_kinds: Sequence[pulumi.Resource]
    """The controller that brings a certificate's kinds; empty where none is issued."""
    after: Sequence[pulumi.Resource]
    """The rights to the address, and the app: its own Service lets go of the address first."""
    timeout_seconds: int = 600


class Entry(pulumi.ComponentResource):
    """Gateway, routes, certificate and manners of the one way in.

    Every object has a fixed name, by which the others find it.
    """

    def __init__(self, name: str, args: EntryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Entry", name, None, opts)
        self._name, self._args = name, args
        self._made: list[pulumi.Resource] = []
        gateway = self._gateway()
        self._routes(gateway)
        if args.certificate.acme:
            self._certificate(args.certificate.acme, gateway)
        self.register_outputs({})

    def _gateway(self) -> pulumi.Output[str]:
        args = self._args
        after = args.gateway_kinds
        class_name: pulumi.Input[str] = args.gateway.class_name or ""
        if args.gateway.class_name is None:
            class_name = self._declare("class", objects.gateway_class(args.naming), after)
        proxies = objects.proxies(args.naming, args.gateway, args.traffic, namespace=args.namespace)
        self._declare("proxies", proxies, after)
        made = self._resource(
            "gateway",
            objects.gateway(
                args.naming,
                namespace=args.namespace,
                class_name=class_name,
                host=args.host,
                secret=objects.certificate_secret(args.naming, args.certificate),
                ip_name=args.ip_name,
                ip_resource_group=args.ip_resource_group,
            ),
            [*self._made, *args.after],
        )
        return _name(made)

    def _routes(self, gateway: pulumi.Output[str]) -> None:
        args = self._args
        proof = self._proof()
        route = self._declare(
            "route",
            objects.app_route(
                args.naming,
                args.traffic,
                namespace=args.namespace,
                gateway=gateway,
                host=args.host,
                service_name=args.service,
                split=args.split,
            ),
            proof,
        )
        redirect = objects.redirect(args.naming, namespace=args.namespace, gateway=gateway, host=args.host)
        self._declare("redirect", redirect)
        limits = args.gateway.limits
        clients = objects.client_traffic(args.naming, limits, namespace=args.namespace, gateway=gateway)
        self._declare("clients", clients)
        self._declare(
            "backends",
            objects.backend_traffic(
                args.naming, limits, args.callers, largest_body=args.largest_body, namespace=args.namespace, route=route
            ),
        )

    def _proof(self) -> list[pulumi.Resource]:
        """The policy for the route, there before it: at no moment does a new route let everybody in."""
        args = self._args
        if args.callers.kind == "open":
            return []
        wanted = objects.known_callers(args.naming, args.callers, tenant=args.tenant, namespace=args.namespace)
        return [self._resource("callers", wanted, args.gateway_kinds)]

    def _certificate(self, acme: Acme, gateway: pulumi.Output[str]) -> None:
        args = self._args
        networking.NetworkPolicy(
            f"{self._name}-allow-solver",
            objects.allow_solver(args.naming, args.gateway, namespace=args.namespace),
            self._opts([]),
        )
        issuer = self._declare(
            "issuer",
            objects.issuer(args.naming, acme, namespace=args.namespace, gateway=gateway),
            args.certificate_kinds,
        )
        self._declare(
            "certificate",
            objects.certificate(args.naming, args.certificate, namespace=args.namespace, issuer=issuer, host=args.host),
        )

    def _declare(self, part: str, given: Custom, after: Sequence[pulumi.Resource] = ()) -> pulumi.Output[str]:
        """Its name, known once it is there: what refers to it comes after it."""
        return _name(self._resource(part, given, after))

    def _resource(self, part: str, given: Custom, after: Sequence[pulumi.Resource]) -> CustomResource:
        made = CustomResource(
            f"{self._name}-{part}",
            api_version=given.api_version,
            kind=given.kind,
            metadata=given.metadata,
            spec=given.spec,
            opts=self._opts(after),
        )
        self._made.append(made)
        return made

    def _opts(self, after: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
        seconds = f"{self._args.timeout_seconds}s"
        return pulumi.ResourceOptions(
            parent=self,
            deleted_with=self._args.cluster,
            protect=self._args.protect,
            depends_on=list(after),
            custom_timeouts=pulumi.CustomTimeouts(create=seconds, update=seconds),
        )


def _name(made: CustomResource) -> pulumi.Output[str]:
    metadata: pulumi.Output[dict[str, str]] = made.metadata  # type: ignore[attr-defined]  # set by the engine, not typed
    return metadata.apply(lambda found: str(found["name"]))
