"""The way in through a gateway, where config asks for one: controllers first, then the Gateway and its certificate."""

import pulumi

from .components.canary import Canary
from .components.cluster import Cluster
from .components.controllers import Controllers, ControllersArgs
from .components.entry import Entry, EntryArgs
from .components.workload import Workload
from .config.facts import counted
from .foundation import Foundation
from .manifests.entry import app_route_name, statistics


def lay(
    base: Foundation, workload: Workload, canary: Canary | None, cluster: Cluster, opts: pulumi.ResourceOptions
) -> None:
    """Declare it before `workload`; nothing where the app's own Service is the way in."""
    config = base.config
    gateway, certificate = config.entry.gateway, config.entry.certificate
    if gateway is None or certificate is None:
        return
    controllers = Controllers(
        "controllers",
        ControllersArgs(
            naming=base.placement.naming,
            gateway=gateway,
            acme=certificate.acme,
            protect=config.environment.protect,
            cluster=cluster.resource,
        ),
        opts,
    )
    Entry(
        "entry",
        EntryArgs(
            naming=base.placement.naming,
            gateway=gateway,
            certificate=certificate,
            callers=config.entry.callers,
            tenant=base.placement.tenant_id,
            traffic=config.workload.service,
            largest_body=config.application.largest_body(counted(config.workload)),
            protect=config.environment.protect,
            cluster=cluster.resource,
            namespace=workload.namespace,
            service=workload.service_name,
            split=canary.split if canary else None,
            host=base.address.host,
            ip_name=base.address.ip_name,
            ip_resource_group=base.address.ip_resource_group,
            gateway_kinds=controllers.gateway,
            certificate_kinds=controllers.certificates,
            after=[*base.address.grants, workload],
        ),
        opts,
    )


def figures(base: Foundation, cluster: Cluster) -> dict[str, pulumi.Input[str]]:
    """Return where requests of live release and canary are counted, and the names that they are counted by."""
    naming = base.placement.naming
    counted_by = statistics(naming.instance, app_route_name(naming))
    return {"url": base.telemetry.metrics_query_url, "cluster": cluster.name, **counted_by}
