"""Rules about how resources stand together."""

import pytest

from policy.judge import judge
from policy.model import Resource
from tests.policy.samples import TODAY, resource, stack


def broken(*left_out: str, add: tuple[Resource, ...] = ()) -> list[tuple[str, str]]:
    kept = [one for one in stack() if one.name not in left_out]
    return [(found.rule, found.reason.partition(" Found ")[2]) for found in judge([*kept, *add], "prod", TODAY)]


def test_pods_in_a_namespace_without_a_policy_that_denies_all_are_named_once() -> None:
    second = resource("deployment")
    other = Resource(second.type, "second", second.inputs)

    assert broken("deny", add=(other,)) == [
        ("default-deny", "metadata.namespace: namespace scoring has no policy that denies all.")
    ]


def test_a_policy_that_lets_something_through_is_no_denial() -> None:
    policy = resource("deny")
    opened = {**policy.inputs, "spec": {**policy.inputs["spec"], "egress": [{}]}}

    assert [rule for rule, _ in broken("deny", add=(Resource(policy.type, "open", opened),))] == ["default-deny"]


def edited(handle: str, **spec: object) -> tuple[Resource]:
    """The sample with parts of its spec replaced."""
    sample = resource(handle)
    return (Resource(sample.type, handle, {**sample.inputs, "spec": {**sample.inputs["spec"], **spec}}),)


@pytest.mark.parametrize("image", ["docker.io/evil/app", "registry.evil.io/app", "registry2.azurecr.io/app", "app"])
def test_an_image_of_another_registry_than_the_environments_is_refused(image: str) -> None:
    pod = resource("deployment").inputs["spec"]["template"]["spec"]
    foreign = {"spec": {**pod, "containers": [{**pod["containers"][0], "image": f"{image}@sha256:{'0' * 64}"}]}}
    template = {**resource("deployment").inputs["spec"]["template"], **foreign}

    assert broken("deployment", add=edited("deployment", template=template)) == [
        ("image-from-own-registry", f"spec.template.spec.containers[app].image: {image}@sha256:{'0' * 64}.")
    ]


@pytest.mark.parametrize("access", [{"publicNetworkAccess": "Enabled"}, {}], ids=str)
def test_an_open_registry_is_refused_where_the_cluster_is_protected_not_the_registry(
    access: dict[str, object],
) -> None:
    registry, cluster = resource("registry"), resource("cluster")
    opened = Resource(registry.type, "open", {"registryName": "registry", **access}, {"protect": True})
    first = Resource(cluster.type, "cluster", cluster.inputs)

    assert [rule for rule, _ in broken("registry", add=(opened,))] == ["protected-registry-closed"]
    assert broken("registry", "cluster", add=(opened, first)) == []


@pytest.mark.parametrize("kind", ["LoadBalancer", "NodePort"])
@pytest.mark.parametrize(
    "port", [{"port": 81, "targetPort": "management"}, {"port": 81, "targetPort": 9000}, {"port": 9000}], ids=str
)
def test_no_public_service_leads_to_the_port_that_is_scraped(kind: str, port: dict[str, object]) -> None:
    ports = [{"port": 80, "targetPort": "http"}, port]

    [(rule, found)] = broken("service", add=edited("service", type=kind, ports=ports))

    assert rule == "metrics-inside"
    assert found.startswith("spec.ports[1].targetPort: ")


@pytest.mark.parametrize(
    "spec",
    [
        {"type": "ClusterIP", "ports": [{"port": 9000}]},
        {"selector": {"app.kubernetes.io/name": "another"}, "ports": [{"port": 9000}]},
        {"selector": "${pods.labels}", "ports": [{"port": 9000}]},
    ],
    ids=["inside the cluster", "to other pods", "to unknown pods"],
)
def test_a_service_that_opens_nothing_of_it_may_name_the_port(spec: dict[str, object]) -> None:
    assert broken("service", add=edited("service", **spec)) == []


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({"ports": [{"port": 9000}]}, "9000, to everybody"),
        ({"ports": [{"port": "management"}], "from": []}, "management, to everybody"),
        ({}, "every port, to everybody"),
        ({"ports": [{"protocol": "TCP"}]}, "every port, to everybody"),
        ({"ports": [{"port": 8000, "endPort": 9999}]}, "8000, to everybody"),
        ({"ports": [{"port": 9000}], "from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}, "9000, to everybody"),
    ],
)
def test_no_policy_opens_the_port_that_is_scraped_to_everybody(rule: dict[str, object], found: str) -> None:
    assert broken("callers", add=edited("callers", ingress=[rule])) == [
        ("metrics-inside", f"spec.ingress[0]: {found}.")
    ]


def test_a_policy_may_open_the_port_to_peers_and_other_ports_to_everybody() -> None:
    rules = [
        {"ports": [{"port": 9000}], "from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]},
        {"ports": [{"port": 8000, "endPort": 8999}]},
    ]

    assert broken("callers", add=edited("callers", ingress=rules)) == []


def test_pods_that_nobody_scrapes_may_open_every_port() -> None:
    found = resource("deployment")
    template = {**found.inputs["spec"]["template"], "metadata": {"labels": {"app.kubernetes.io/name": "scoring"}}}
    open_to_all = edited("callers", ingress=[{}])

    assert broken("deployment", "callers", add=(*edited("deployment", template=template), *open_to_all)) == []


def test_a_stack_that_protects_its_cluster_guards_its_environment_with_all_three_checks() -> None:
    assert broken("approval", "lock") == [("environment-guarded", "without an approval and without an exclusive lock.")]


def test_a_check_on_something_else_guards_no_environment() -> None:
    elsewhere = resource("approval")
    for other in (
        {"targetResourceId": "${connection.id}"},
        {"targetResourceId": "5", "targetResourceType": "endpoint"},
    ):
        inputs = {**elsewhere.inputs, **other}

        assert [rule for rule, _ in broken("approval", add=(Resource(elsewhere.type, "elsewhere", inputs),))] == [
            "environment-guarded"
        ]


def test_a_stack_that_protects_only_what_later_ones_depend_on_may_do_without() -> None:
    kept = [
        Resource(one.type, one.name, one.inputs, one.options if one.name != "cluster" else {})
        for one in stack()
        if one.name != "approval"
    ]

    assert judge(kept, "dev", TODAY) == []


def test_an_account_whose_recovery_is_not_settled_is_named() -> None:
    assert broken("blobs") == [("storage-recoverable", "without BlobServiceProperties.")]


def test_a_deployment_under_an_autoscaler_leaves_the_number_of_pods_to_it() -> None:
    scaled = resource("deployment")
    inputs = {**scaled.inputs, "spec": {**scaled.inputs["spec"], "replicas": 3}}

    assert broken("deployment", add=(Resource(scaled.type, "deployment", inputs),)) == [
        ("autoscaler-alone", "spec.replicas: 3.")
    ]
    assert broken("deployment", "scaler", add=(Resource(scaled.type, "deployment", inputs),)) == []


def test_a_role_is_given_once() -> None:
    again = Resource(resource("role").type, "again", resource("role").inputs)

    assert broken(add=(again,)) == [("role-given-once", "the same as role.")]


def test_of_a_part_of_a_stack_nothing_about_the_whole_is_said() -> None:
    assert judge([resource("deployment"), resource("account")], "prod", TODAY, whole=False) == []
