"""Expressions taken apart by Prometheus's grammar, and the series that exist."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import promql_parser
from prometheus_client.parser import text_string_to_metric_families

from app.scoring.application import create_app, create_management_app
from app.scoring.service import Service
from app.scoring.settings import Settings
from slipway import scraping

EVERYWHERE = {"cluster", "instance", "job"}
"""Labels that managed Prometheus puts on every series."""

_CERTIFICATE = {"name", "namespace", "issuer_name", "issuer_kind", "issuer_group"}
"""Labels of cert-manager's metrics. Source: its internal/collectors/certificate_collector.go."""

CLUSTER: dict[str, set[str]] = {
    "certmanager_certificate_expiration_timestamp_seconds": _CERTIFICATE,
    "certmanager_certificate_ready_status": _CERTIFICATE | {"condition"},
    "certmanager_certificate_renewal_timestamp_seconds": _CERTIFICATE,
    "container_cpu_cfs_periods_total": {"namespace", "pod", "container"},
    "container_cpu_cfs_throttled_periods_total": {"namespace", "pod", "container"},
    "container_cpu_usage_seconds_total": {"namespace", "pod", "container"},
    "container_memory_working_set_bytes": {"namespace", "pod", "container"},
    "kube_deployment_spec_replicas": {"namespace", "deployment"},
    "kube_deployment_status_replicas_available": {"namespace", "deployment"},
    "kube_deployment_status_replicas_updated": {"namespace", "deployment"},
    "kube_horizontalpodautoscaler_spec_max_replicas": {"namespace", "horizontalpodautoscaler"},
    "kube_horizontalpodautoscaler_status_current_replicas": {"namespace", "horizontalpodautoscaler"},
    "kube_node_info": {"node"},
    "kube_node_status_condition": {"node", "condition", "status"},
    "kube_pod_container_resource_limits": {"namespace", "pod", "container", "node", "resource", "unit"},
    "kube_pod_container_status_last_terminated_reason": {"namespace", "pod", "container", "reason"},
    "kube_pod_container_status_ready": {"namespace", "pod", "container"},
    "kube_pod_container_status_restarts_total": {"namespace", "pod", "container"},
    "kube_pod_container_status_waiting_reason": {"namespace", "pod", "container", "reason"},
    "kube_pod_status_phase": {"namespace", "pod", "phase"},
    "node_cpu_seconds_total": {"cpu", "mode"},
    "node_filesystem_avail_bytes": {"device", "fstype", "mountpoint"},
    "node_filesystem_size_bytes": {"device", "fstype", "mountpoint"},
}
"""Metrics of the cluster that the add-on keeps by itself (its "minimal ingestion profile"), and their labels. Others
would never arrive. Sources: github.com/Azure/prometheus-collector, tomlparser-default-targets-metrics-keep-list.go; the
metrics' own documentation in kube-state-metrics, cAdvisor and node-exporter."""


@dataclass(frozen=True)
class Selected:
    """A series selector: the metric and the labels that it is chosen by."""

    metric: str
    matchers: Mapping[str, str]


def exported() -> dict[str, set[str]]:
    """What the app's real /metrics answers, and the labels of each; with those that scraping its pods adds."""
    service = Service(Settings())
    model: Any = SimpleNamespace(name="colours", version="1", sha256="ab")
    service.metrics.set_model(model)
    service.metrics.count_job({"queue": 0.1, "decode": 0.1, "inference": 0.1}, [0.5])
    create_app(service).test_client().get("/version")
    shown = create_management_app(service).test_client().get("/metrics").text
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(shown):
        for sample in family.samples:
            found.setdefault(sample.name, {scraping.NAMESPACE, scraping.POD}).update(sample.labels)
    return found


def routes() -> set[str]:
    """The rules by which the app answers on either port, as its metrics name them."""
    return {rule.rule for rule in create_app(Service(Settings())).url_map.iter_rules()} | management_routes()


def management_routes() -> set[str]:
    """Those of the management port alone."""
    return {rule.rule for rule in create_management_app(Service(Settings())).url_map.iter_rules()}


def nodes(expression: str) -> Iterator[Any]:
    """Every part of an expression. ValueError for what Prometheus cannot read."""
    found: list[Any] = []
    promql_parser.walk(promql_parser.parse(expression), found.append)
    yield from found


def selected(expression: str) -> list[Selected]:
    """Every series selector of an expression."""
    return [
        Selected(str(node.name), {matcher.name: matcher.value for matcher in node.matchers.matchers})
        for node in nodes(expression)
        if isinstance(node, promql_parser.VectorSelector)
    ]


def grouped(expression: str) -> list[list[str]]:
    """The labels of each aggregation, outermost first."""
    return [
        list(node.modifier.labels) if node.modifier else []
        for node in nodes(expression)
        if isinstance(node, promql_parser.AggregateExpr)
    ]
