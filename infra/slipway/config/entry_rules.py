"""Contradictions in `slipway:entry`, and between it and other sections.

Each rule yields (path, found, allowed). Its parameters are named after the sections that it reads.
"""

from collections.abc import Iterator

from .callers import contradictions
from .cluster import Cluster
from .entry import Entry
from .pipelines import Pipelines
from .workload import Workload

_Problem = tuple[str, str, str]


def plain_is_spelled_out(entry: Entry) -> Iterator[_Problem]:
    """Pictures of people travel readable to everybody between: no key that is left out may mean that."""
    if entry.kind == "service" and not entry.plain_http:
        yield "entry.plainHttp", "false", "true, because kind service leads to the app over plain HTTP"
    if entry.kind == "gateway" and entry.plain_http:
        yield "entry.plainHttp", "true", "false, because a gateway answers over HTTPS alone"


def parts_belong_to_the_gateway(entry: Entry) -> Iterator[_Problem]:
    """A Service has neither proxies nor a certificate; a gateway has both."""
    for key, part in (("gateway", entry.gateway), ("certificate", entry.certificate)):
        if entry.kind == "gateway" and part is None:
            yield f"entry.{key}", "nothing", "an object, because kind is gateway"
        if entry.kind == "service" and part is not None:
            yield f"entry.{key}", "an object", "nothing, because kind is service"
    if entry.kind == "service" and entry.callers.kind != "open":
        yield "entry.callers.kind", entry.callers.kind, "open, because a Service lets everybody in"


def one_certificate(entry: Entry) -> Iterator[_Problem]:
    """Two sources would write the same Secret in turn."""
    found = entry.certificate
    if found and (found.acme is None) == (found.secret is None):
        yield "entry.certificate", "both" if found.acme else "neither", "exactly one of acme and secret"


def proxies_in_order(entry: Entry) -> Iterator[_Problem]:
    """Numbers of one gateway fit together."""
    found = entry.gateway
    if found and found.max_replicas < found.min_replicas:
        yield "entry.gateway.maxReplicas", str(found.max_replicas), f"at least minReplicas, {found.min_replicas}"
    if found and found.drain_seconds <= found.pre_stop_seconds:
        yield (
            "entry.gateway.drainSeconds",
            str(found.drain_seconds),
            f"more than preStopSeconds, {found.pre_stop_seconds}",
        )


def callers_fit_their_kind(entry: Entry) -> Iterator[_Problem]:
    """A proof that nothing looks at protects nothing."""
    yield from contradictions(entry.callers)


def proxies_have_a_pool(entry: Entry, cluster: Cluster) -> Iterator[_Problem]:
    """Proxies run on a pool that exists and lets them in."""
    if entry.gateway is None:
        return
    name, path = entry.gateway.pool, "entry.gateway.pool"
    pool = cluster.pools.get(name)
    if pool is None:
        yield path, name, f"a pool of cluster.pools: {', '.join(sorted(cluster.pools))}"
        return
    keeping_away = [taint for taint in pool.taints if not taint.endswith(":PreferNoSchedule")]
    if keeping_away:
        yield path, name, f"a pool without the taint {keeping_away[0]}, which the proxies do not tolerate"


def the_gateway_has_its_ports(entry: Entry, workload: Workload) -> Iterator[_Problem]:
    """The Service's port is inside the cluster then."""
    if entry.kind == "gateway" and workload.service.port != 80:
        yield "workload.service.port", str(workload.service.port), "80, because the gateway answers on 80 and 443"


def callers_have_addresses(entry: Entry, workload: Workload) -> Iterator[_Problem]:
    """Behind a node that passes requests on, all callers would share one limit."""
    policy = workload.service.external_traffic_policy
    if entry.gateway and entry.gateway.limits.requests_per_second is not None and policy == "Cluster":
        yield (
            "workload.service.externalTrafficPolicy",
            policy,
            "Local, or null in entry.gateway.limits.requestsPerSecond, because callers look like nodes otherwise",
        )


def requests_have_time_to_arrive(entry: Entry) -> Iterator[_Problem]:
    """A request is whole after its header."""
    if entry.gateway and entry.gateway.limits.request_seconds < entry.gateway.limits.header_seconds:
        limits = entry.gateway.limits
        yield (
            "entry.gateway.limits.requestSeconds",
            str(limits.request_seconds),
            f"at least headerSeconds, {limits.header_seconds}",
        )


def releases_prove_themselves(entry: Entry, pipelines: Pipelines | None) -> Iterator[_Problem]:
    """The release pipeline asks the new release through the gateway, with a proof of its own login."""
    callers, because = entry.callers, "because the release pipeline asks the new release through the gateway"
    if pipelines and callers.kind == "apiKeys" and callers.release_key is None:
        yield "entry.callers.releaseKey", "nothing", f"a Key Vault secret, {because}"
    if pipelines and callers.issuer:
        yield "entry.callers.issuer", callers.issuer, f"nothing, {because} with a token of Entra ID"


RULES = (
    plain_is_spelled_out,
    parts_belong_to_the_gateway,
    one_certificate,
    proxies_in_order,
    requests_have_time_to_arrive,
    callers_fit_their_kind,
    proxies_have_a_pool,
    the_gateway_has_its_ports,
    callers_have_addresses,
    releases_prove_themselves,
)
"""Every rule above."""
