"""Another app is another contract: whole environments of an app as unlike the sample as it can be."""

import json
from functools import cache
from typing import Any

import pytest

from delivery.preview import render as rendering
from delivery.preview.compare import compare
from delivery.preview.record import Recorded, strings
from delivery.preview.releases import STAND_IN
from delivery.preview.report import report
from delivery.preview.states import parse
from slipway.controllers import SOLVER_PORT
from tests.policy.samples import TODAY

from .golden.text import STACKS, recorded
from .support.promql import CLUSTER, EVERYWHERE, selected
from .test_stacks import variant

CONTRACT = "tests/apps/tone/app.yaml"
GROUP = "azure-native:alertsmanagement:PrometheusRuleGroup"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"

pytestmark = pytest.mark.parametrize("stack", STACKS)


@pytest.fixture(scope="session")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The environment of a stack with the other app in it."""

    @cache
    def declare(stack: str) -> Recorded:
        changes = {
            "slipway:environment": {"workload": "tone"},
            "slipway:app": {"contract": CONTRACT, "settings": {"logLevel": None, "language": "de"}},
            "slipway:monitoring": {"serviceLevel": None},
            "slipway:release": {**STAND_IN, "repository": "nlp/tone"},
        }
        return variant(tmp_path_factory.mktemp(stack), stack, changes)

    return declare


def container(found: Recorded) -> Any:
    inputs: Any = found.one("kubernetes:apps/v1:Deployment").inputs
    [only] = inputs["spec"]["template"]["spec"]["containers"]
    return only


def test_nothing_in_it_speaks_of_the_sample(tone: Any, stack: str) -> None:
    words = ("scoring", "SCORING", "picture", "8080", "8081", "/readyz", "onnx")
    texts = {text for one in tone(stack).resources for text in strings(one.inputs)}

    assert texts
    assert {text for text in texts if any(word in text for word in words)} == set()


def test_the_same_resources_are_declared_but_for_those_of_metrics(tone: Any, stack: str) -> None:
    before, after = ({one.key for one in found.resources} for found in (recorded(stack), tone(stack)))

    assert after - before == set()
    assert before - after == {
        f"{GROUP}::alerts-objective",
        f"{POLICY}::workload-allow-metrics",
        "kubernetes:core/v1:ConfigMapPatch::workload-scraping",
    }


def test_the_container_listens_and_is_asked_on_its_one_port(tone: Any, stack: str) -> None:
    found = container(tone(stack))

    assert found["ports"] == [{"name": "http", "containerPort": 5000, "protocol": "TCP"}]
    probes = {name: found[f"{name}Probe"] for name in ("startup", "readiness", "liveness")}
    for probe in probes.values():
        assert probe["httpGet"] == {"path": "/health", "port": "http", "scheme": "HTTP"}
    timings = {
        name: (each["periodSeconds"], each["timeoutSeconds"], each["failureThreshold"]) for name, each in probes.items()
    }
    assert timings == {"startup": (2, 3, 30), "readiness": (3, 1, 4), "liveness": (10, 3, 3)}


def test_pods_run_as_its_user_and_ask_for_no_scraping(tone: Any, stack: str) -> None:
    inputs: Any = tone(stack).one("kubernetes:apps/v1:Deployment").inputs
    template = inputs["spec"]["template"]

    assert template["spec"]["securityContext"]["runAsUser"] == 1000
    assert not [name for name in template["metadata"]["annotations"] if name.startswith("prometheus.io/")]


def test_it_is_told_its_own_variables_and_no_others(tone: Any, stack: str) -> None:
    [settings] = [one for one in tone(stack).all(CONFIG_MAP) if one.name == "workload-settings"]

    assert settings.inputs["data"] == {
        "PORT": "5000",
        "RELEASE": STAND_IN["commit"],
        "TONE_LANGUAGE": "de",
        "WORKERS": "2",
    }


def test_the_service_leads_to_its_port_and_the_load_balancer_before_it_asks_its_health(tone: Any, stack: str) -> None:
    service: Any = tone(stack).one("kubernetes:core/v1:Service").inputs
    probe = "service.beta.kubernetes.io/azure-load-balancer-health-probe-request-path"

    assert [(port["port"], port["targetPort"]) for port in service["spec"]["ports"]] == [(80, "http")]
    assert service["metadata"].get("annotations", {}).get(probe) == ("/health" if stack == "dev" else None)
    assert service["metadata"]["name"] == "tone"


def test_only_its_port_is_open(tone: Any, stack: str) -> None:
    policies: list[Any] = [one.inputs for one in tone(stack).all(POLICY)]
    opened = [port["port"] for one in policies for rule in one["spec"].get("ingress", []) for port in rule["ports"]]

    assert sorted(opened) == ([5000] if stack == "dev" else [5000, SOLVER_PORT])


def test_alerts_are_those_that_the_cluster_alone_can_raise(tone: Any, stack: str) -> None:
    groups: list[Any] = [one.inputs for one in tone(stack).all(GROUP)]
    rules = {rule["alert"]: rule["expression"] for group in groups for rule in group["rules"]}

    assert {"NoReplicaAvailable", "ReplicasMissing", "ReplicaRestarts", "MemoryNearLimit", "NodeNotReady"} <= set(rules)
    assert not {"AppMetricsMissing", "AnswersSlow", "QueueLong", "AvailabilityBurnsFast", "SeveralReleases"} & set(
        rules
    )
    for expression in rules.values():
        for series in selected(expression):
            assert series.metric in CLUSTER
            assert series.matchers.keys() <= CLUSTER[series.metric] | EVERYWHERE


def test_the_dashboard_shows_what_the_cluster_sees(tone: Any, stack: str) -> None:
    definition: Any = tone(stack).one("azure-native:dashboard:DashboardDefinition").inputs
    model = json.loads(definition["properties"]["serializedData"])

    assert [panel["title"] for panel in model["panels"]] == [
        "What answers",
        "Replicas",
        "How full it is",
        "Processors",
        "Memory",
        "Restarts",
    ]
    assert model["annotations"]["list"] == []
    assert model["tags"] == ["slipway", "tone"]
    for panel in model["panels"]:
        for target in panel.get("targets", []):
            assert all(series.metric in CLUSTER for series in selected(target["expr"]))


def test_the_policy_pack_has_nothing_against_it(tone: Any, stack: str) -> None:
    document = rendering.document(tone(stack), name="slipway", stack=stack).encode()
    state = parse(document, stack)

    breaches = report(compare(state, state, "itself"), TODAY).violations

    assert [(one.rule, one.name, one.reason) for one in breaches if one.level == "mandatory" and not one.excepted] == []
