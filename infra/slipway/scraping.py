"""Labels of the series that managed Prometheus makes of the app's pods.

The metrics add-on scrapes pods that are annotated, in the namespaces that its settings name (slipway/manifests). It
copies every label of the pod, and has words of its own for namespace and pod. Series of the cluster's objects, which
come from kube-state-metrics, have the usual ones.
Source: github.com/Azure/prometheus-collector, configmapparser/default-prom-configs/podannotationsDefault.yml.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

AGENT_NAMESPACE = "kube-system"
"""Namespace of the add-on, its settings included."""

AGENT_LABELS: Mapping[str, str] = MappingProxyType({"rsName": "ama-metrics"})
"""Labels of the add-on's pods that scrape other pods.
Source: the same repository, addon-chart/azure-monitor-metrics-addon/templates/ama-metrics-deployment.yaml."""

JOB = "kubernetes-pods"
"""The add-on's one scrape job for annotated pods."""

NAMESPACE = "kubernetes_namespace"
"""Label of the app's series: the pod's namespace."""

POD = "kubernetes_pod_name"
"""Label of the app's series: the pod."""

_NO_LABEL = re.compile(r"[^a-zA-Z0-9_]")


def label(pod_label: str) -> str:
    """Return the name of a pod's label on its series: `app_kubernetes_io_version` for app.kubernetes.io/version."""
    return _NO_LABEL.sub("_", pod_label)


def target(annotations: Mapping[str, str]) -> tuple[int, str] | None:
    """Port and path at which an annotated pod is scraped; None for a pod that is not."""
    if annotations.get("prometheus.io/scrape") != "true":
        return None
    return int(annotations["prometheus.io/port"]), annotations.get("prometheus.io/path", "/metrics")
