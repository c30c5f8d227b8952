"""Alerts look for the app's series under the labels that managed Prometheus gives them: those of what is declared."""

import re
from typing import Any

import pytest

from app.scoring.settings import Settings
from slipway import scraping
from slipway.alert_rules import Series

from .support import environments
from .support.promql import routes

STACKS = ("dev", "prod")


def one(stack: str, kind: str, name: str = "") -> Any:
    """The only object of a kind, or of a kind and a name."""
    (found,) = [
        each for each in environments.objects(stack) if each["kind"] == kind and name in ("", each["metadata"]["name"])
    ]
    return found


@pytest.mark.parametrize("stack", STACKS)
def test_the_apps_pods_are_scraped_where_the_app_answers(stack: str) -> None:
    template = one(stack, "Deployment")["spec"]["template"]
    (container,) = template["spec"]["containers"]
    target = scraping.target(template["metadata"]["annotations"])

    assert target == (container["ports"][0]["containerPort"], "/metrics")
    assert target[1] in routes()


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
    assert Series(namespace).app("scoring_ready") == f'scoring_ready{{kubernetes_namespace="{namespace}"}}'


@pytest.mark.parametrize("stack", STACKS)
def test_whoever_scrapes_may_reach_the_pods(stack: str) -> None:
    """The default is to deny: a policy lets port 8080 in from anywhere, the add-on's pods in kube-system included."""
    port = one(stack, "Deployment")["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"]
    rules = [
        rule
        for each in environments.objects(stack)
        if each["kind"] == "NetworkPolicy"
        for rule in each["spec"].get("ingress", [])
    ]

    assert any("from" not in rule and port in [each["port"] for each in rule["ports"]] for rule in rules)


def test_a_pods_labels_become_labels_of_its_series() -> None:
    assert scraping.label("app.kubernetes.io/version") == "app_kubernetes_io_version"
    assert scraping.label("pod-template-hash") == "pod_template_hash"


@pytest.mark.parametrize("annotations", [{}, {"prometheus.io/scrape": "false", "prometheus.io/port": "8080"}])
def test_a_pod_that_does_not_ask_for_it_is_not_scraped(annotations: dict[str, str]) -> None:
    assert scraping.target(annotations) is None


def test_a_pod_that_names_no_path_is_scraped_where_everybody_expects_it() -> None:
    assert scraping.target({"prometheus.io/scrape": "true", "prometheus.io/port": "8080"}) == (8080, "/metrics")
    assert Settings().port == 8080
