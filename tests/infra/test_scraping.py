"""Alerts look for the app's series under the labels that managed Prometheus gives them: those of what is declared."""

import re
from typing import Any

import pytest

from slipway import scraping
from slipway.alert_rules import Series

from .support import environments
from .support.promql import management_routes

STACKS = ("dev", "prod")


def one(stack: str, kind: str, name: str = "") -> Any:
    """The only object of a kind, or of a kind and a name."""
    (found,) = [
        each for each in environments.objects(stack) if each["kind"] == kind and name in ("", each["metadata"]["name"])
    ]
    return found


def named_port(container: Any, name: str) -> int:
    [port] = [each["containerPort"] for each in container["ports"] if each["name"] == name]
    return int(port)


@pytest.mark.parametrize("stack", STACKS)
def test_the_apps_pods_are_scraped_where_the_app_shows_metrics(stack: str) -> None:
    template = one(stack, "Deployment")["spec"]["template"]
    (container,) = template["spec"]["containers"]
    target = scraping.target(template["metadata"]["annotations"])

    assert target == (named_port(container, "management"), "/metrics")
    assert target[1] in management_routes()


@pytest.mark.parametrize("stack", STACKS)
def test_the_add_on_heeds_that_in_the_apps_namespace_and_no_other(stack: str) -> None:
    settings = one(stack, "ConfigMap", "ama-metrics-settings-configmap")
    text = settings["data"]["pod-annotation-based-scraping"]
    found = re.fullmatch(r'podannotationnamespaceregex = "([^"\\]+)"', text)
    namespace = one(stack, "Deployment")["metadata"]["namespace"]

    assert settings["metadata"]["namespace"] == "kube-system"
    assert settings["data"]["schema-version"] in ("v1", "v2")
    assert found
    assert re.fullmatch(found[1], namespace)
    assert not re.fullmatch(found[1], f"{namespace}-2")
    assert not re.fullmatch(found[1], "kube-system")


@pytest.mark.parametrize("stack", STACKS)
def test_alerts_look_for_the_namespace_that_is_scraped(stack: str) -> None:
    namespace = one(stack, "Deployment")["metadata"]["namespace"]

    assert environments.naming(stack).instance == namespace
    assert Series(namespace, "scoring").app("scoring_ready") == f'scoring_ready{{kubernetes_namespace="{namespace}"}}'


@pytest.mark.parametrize("stack", STACKS)
def test_only_the_agent_may_reach_the_port_that_it_scrapes(stack: str) -> None:
    (container,) = one(stack, "Deployment")["spec"]["template"]["spec"]["containers"]
    port = named_port(container, "management")
    rules = [
        rule
        for each in environments.objects(stack)
        if each["kind"] == "NetworkPolicy"
        for rule in each["spec"].get("ingress", [])
        if port in [each["port"] for each in rule["ports"]]
    ]

    assert [rule["from"] for rule in rules] == [
        [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                "podSelector": {"matchLabels": {"rsName": "ama-metrics"}},
            }
        ]
    ]


@pytest.mark.parametrize("stack", STACKS)
def test_no_service_leads_to_the_port_that_is_scraped(stack: str) -> None:
    assert [port["targetPort"] for port in one(stack, "Service")["spec"]["ports"]] == ["http"]


def test_a_pods_labels_become_labels_of_its_series() -> None:
    assert scraping.label("app.kubernetes.io/version") == "app_kubernetes_io_version"
    assert scraping.label("pod-template-hash") == "pod_template_hash"


@pytest.mark.parametrize("annotations", [{}, {"prometheus.io/scrape": "false", "prometheus.io/port": "9000"}])
def test_a_pod_that_does_not_ask_for_it_is_not_scraped(annotations: dict[str, str]) -> None:
    assert scraping.target(annotations) is None


def test_a_pod_that_names_no_path_is_scraped_where_everybody_expects_it() -> None:
    assert scraping.target({"prometheus.io/scrape": "true", "prometheus.io/port": "9000"}) == (9000, "/metrics")
