"""Each rule: what keeps it, what breaks it, and what it cannot judge yet."""

from collections.abc import Callable
from typing import Any

import pytest

from policy.judge import judge
from policy.model import Level, Resource, Rule, StackRule
from policy.rules import RULES, STACK_RULES
from tests.policy.samples import GOOD, TODAY, resource, stack

Inputs = dict[str, Any]
Edit = Callable[[Inputs], object]


def inside(inputs: Inputs, path: str) -> tuple[Any, str]:
    """What holds the last step of the path, and that step."""
    *above, last = path.split(".")
    found: Any = inputs
    for step in above:
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found, last


def put(path: str, value: Any) -> Edit:
    def edit(inputs: Inputs) -> None:
        holder, last = inside(inputs, path)
        holder[last] = value

    return edit


def drop(path: str) -> Edit:
    def edit(inputs: Inputs) -> None:
        holder, last = inside(inputs, path)
        del holder[last]

    return edit


ON, OFF = True, False
_CONTAINER = "spec.template.spec.containers.0"

BREAKS: list[tuple[str, str, Edit, str]] = [
    ("account", "storage-shared-keys-off", put("allowSharedKeyAccess", ON), "allowSharedKeyAccess: on"),
    ("account", "storage-shared-keys-off", drop("allowSharedKeyAccess"), "not set, which means on"),
    ("account", "storage-public-access-off", put("allowBlobPublicAccess", ON), "allowBlobPublicAccess: on"),
    ("account", "storage-tls", put("minimumTlsVersion", "TLS1_0"), "minimumTlsVersion: TLS1_0"),
    ("account", "storage-tls", put("enableHttpsTrafficOnly", OFF), "enableHttpsTrafficOnly: off"),
    ("account", "storage-network-closed", put("networkRuleSet.defaultAction", "Allow"), "defaultAction: Allow"),
    ("container", "blob-container-private", put("publicAccess", "Blob"), "publicAccess: Blob"),
    ("blobs", "blobs-recoverable", put("isVersioningEnabled", OFF), "isVersioningEnabled: off"),
    ("blobs", "blobs-recoverable", drop("deleteRetentionPolicy"), "deleteRetentionPolicy.enabled: not set"),
    ("registry", "registry-admin-off", put("adminUserEnabled", ON), "adminUserEnabled: on"),
    ("registry", "registry-anonymous-pull-off", put("anonymousPullEnabled", ON), "anonymousPullEnabled: on"),
    ("cluster", "cluster-local-accounts-off", drop("disableLocalAccounts"), "not set, which means off"),
    ("cluster", "cluster-entra-and-rbac", put("enableRBAC", OFF), "enableRBAC: off"),
    ("cluster", "cluster-entra-and-rbac", drop("aadProfile"), "aadProfile.managed: not set"),
    ("cluster", "protected-api-server-closed", drop("apiServerAccessProfile"), "no network named"),
    ("cluster", "nodes-without-public-addresses", put("agentPoolProfiles", [{"enableNodePublicIP": ON}]), "[0]."),
    ("pool", "nodes-without-public-addresses", put("enableNodePublicIP", ON), "enableNodePublicIP: on"),
    ("account", "storage-local-users-off", put("isSftpEnabled", ON), "isSftpEnabled: on"),
    ("account", "storage-local-users-off", put("isLocalUserEnabled", ON), "isLocalUserEnabled: on"),
    (
        "lifecycle",
        "lifecycle-keeps-models",
        put("policy.rules.0.definition.actions.baseBlob", {"delete": {"daysAfterModificationGreaterThan": 30}}),
        "rules[0].definition.actions.baseBlob.delete",
    ),
    (
        "cluster",
        "protected-api-server-closed",
        put("apiServerAccessProfile.authorizedIPRanges", ["10.0.0.0/8", "0.0.0.0/0"]),
        "authorizedIPRanges: 0.0.0.0/0",
    ),
    ("cluster", "cluster-workload-identity", drop("oidcIssuerProfile"), "oidcIssuerProfile.enabled: not set"),
    ("cluster", "cluster-network-policy", put("networkProfile", {"networkPolicy": "none"}), "networkPolicy: none"),
    ("address", "public-address-standard", put("sku.name", "Basic"), "sku.name: Basic"),
    ("address", "public-address-standard", drop("publicIPAllocationMethod"), "publicIPAllocationMethod: not set"),
    ("group", "network-no-open-doors", put("securityRules.0.destinationPortRange", "*"), "every port for the internet"),
    ("group", "network-no-open-doors", put("securityRules.0.destinationPortRange", "20-30"), "20-30 (SSH)"),
    ("service", "public-plain-http", drop("spec.loadBalancerSourceRanges"), "http, for everybody"),
    (
        "service",
        "public-plain-http",
        put("spec.loadBalancerSourceRanges", ["10.0.0.0/8", "0.0.0.0/0", "20.1.0.0/16"]),
        "appProtocol: http, for 0.0.0.0/0, 20.1.0.0/16",
    ),
    ("role", "role-principal-type", drop("principalType"), "principalType: not set"),
    ("role", "role-not-broad-above-groups", put("scope", "/subscriptions/1234"), "Contributor on /subscriptions/1234"),
    ("federation", "federation-exact", put("subject", "repo:owner/*"), "subject: repo:owner/*"),
    ("federation", "federation-exact", put("audiences", ["any"]), "audiences: any"),
    ("deployment", "pod-restricted", put("spec.template.spec.hostNetwork", ON), "hostNetwork: on"),
    (
        "deployment",
        "pod-restricted",
        put("spec.template.spec.volumes", [{"name": "node", "hostPath": {"path": "/"}}]),
        "a folder of the node",
    ),
    ("deployment", "pod-restricted", drop("spec.template.spec.securityContext.runAsNonRoot"), "runAsNonRoot: not set"),
    ("deployment", "pod-restricted", put(f"{_CONTAINER}.securityContext.privileged", ON), "privileged: on"),
    ("deployment", "pod-restricted", put(f"{_CONTAINER}.securityContext.runAsUser", 0), "0, which is root"),
    (
        "deployment",
        "pod-restricted",
        put(f"{_CONTAINER}.securityContext.capabilities", {"add": ["SYS_ADMIN"]}),
        "SYS_ADMIN",
    ),
    ("deployment", "image-by-digest", put(f"{_CONTAINER}.image", "registry.io/app:1.2"), "registry.io/app:1.2"),
    ("deployment", "probes", drop(f"{_CONTAINER}.readinessProbe"), "readinessProbe: not set"),
    ("deployment", "resources", drop(f"{_CONTAINER}.resources.limits"), "limits.memory: not set"),
    ("deployment", "no-cluster-token", drop("spec.template.spec.automountServiceAccountToken"), "which means on"),
    ("deployment", "own-namespace", drop("metadata.namespace"), "which means default"),
    ("namespace", "namespace-restricted", drop("metadata.labels"), "not set"),
    ("approval", "approval-by-another", put("requesterCanApprove", ON), "requesterCanApprove: on"),
    ("authorization", "authorization-per-pipeline", drop("pipelineId"), "which means every pipeline"),
    (
        "connection",
        "connection-without-secret",
        put("serviceEndpointAuthenticationScheme", "ServicePrincipal"),
        "ServicePrincipal",
    ),
    ("aws", "connection-without-secret", drop("useOidc"), "useOidc: off"),
    ("variables", "variables-not-open", put("allowAccess", ON), "allowAccess: on"),
    ("account", "no-plain-secrets", put("tags.password", "hunter2"), "tags.password: a secret in clear"),
    ("account", "no-plain-secrets", put("note", "AccountKey=abcdefghijkl=="), "note: a secret in clear"),
]


def broken(handle: str, edit: Edit) -> list[tuple[str, str]]:
    """Rules that one edited resource breaks, with what was found; the rest of the stack is as it should be."""
    changed = resource(handle)
    edit(changed.inputs)  # type: ignore[arg-type]  # samples are plain dictionaries
    others = [other for other in stack() if other.name != handle]
    return [(found.rule, found.reason) for found in judge([*others, changed], "prod", TODAY)]


def test_the_good_stack_breaks_nothing() -> None:
    assert judge(stack(), "prod", TODAY) == []


@pytest.mark.parametrize(
    ("handle", "rule", "edit", "found"),
    BREAKS,
    ids=[f"{handle}-{rule}-{found}" for handle, rule, _, found in BREAKS],
)
def test_a_rule_names_what_breaks_it(handle: str, rule: str, edit: Edit, found: str) -> None:
    violations = broken(handle, edit)

    assert rule in [name for name, _ in violations]
    assert any(found in reason for name, reason in violations if name == rule)


def test_every_rule_is_broken_by_some_test() -> None:
    elsewhere = {"storage-no-blobs-in-program", "cluster-api-server-closed", "public-plain-http-protected"}
    tried = {rule for _, rule, _, _ in BREAKS} | elsewhere

    assert {rule.name for rule in RULES} == tried


def test_an_open_api_server_or_registry_is_mandatory_only_where_it_is_protected() -> None:
    cluster, registry = resource("cluster"), resource("registry")
    opened = [
        Resource(cluster.type, "cluster", {**cluster.inputs, "apiServerAccessProfile": {}}),
        Resource(registry.type, "registry", {**registry.inputs, "publicNetworkAccess": "Enabled"}),
    ]
    others = [one for one in stack() if one.name not in ("cluster", "registry")]

    assert [(found.rule, found.level) for found in judge([*others, *opened], "dev", TODAY)] == [
        ("cluster-api-server-closed", Level.ADVISORY)
    ]


def test_a_blob_in_the_program_breaks_its_rule() -> None:
    blob = Resource("azure-native:storage:Blob", "model", {})

    assert [found.rule for found in judge([*stack(), blob], "prod", TODAY)] == ["storage-no-blobs-in-program"]


@pytest.mark.parametrize(
    ("options", "rule", "level"),
    [({}, "public-plain-http", "advisory"), ({"protect": True}, "public-plain-http-protected", "mandatory")],
)
def test_public_plain_http_stops_what_is_protected_and_warns_elsewhere(
    options: dict[str, object], rule: str, level: str
) -> None:
    service = resource("service")
    del service.inputs["spec"]["loadBalancerSourceRanges"]
    open_to_all = Resource(service.type, "service", service.inputs, options)

    [found] = judge([open_to_all], "prod", TODAY, whole=False)

    assert (found.rule, found.level) == (rule, level)


@pytest.mark.parametrize(
    "edit",
    [
        put("spec.type", "ClusterIP"),
        put("spec.ports", [{"port": 443, "appProtocol": "https"}]),
        put("metadata.annotations", {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}),
        put("spec.loadBalancerSourceRanges", "${unknown}"),
    ],
    ids=["inside the cluster", "over TLS", "an address of the private network", "sources not known"],
)
def test_a_service_that_the_public_does_not_reach_in_clear_is_let_be(edit: Edit) -> None:
    service = resource("service")
    del service.inputs["spec"]["loadBalancerSourceRanges"]
    edit(service.inputs)  # type: ignore[arg-type]  # samples are plain dictionaries

    assert judge([service], "prod", TODAY, whole=False) == []


@pytest.mark.parametrize("handle", sorted(GOOD))
def test_what_is_not_known_yet_breaks_no_rule(handle: str) -> None:
    def unknown(inputs: Any) -> Any:
        if isinstance(inputs, dict):
            return {key: unknown(value) for key, value in inputs.items()}
        if isinstance(inputs, list):
            return [unknown(value) for value in inputs]
        return "${unknown}"

    found = resource(handle)
    hidden = Resource(found.type, found.name, unknown(dict(found.inputs)), found.options)
    # What a set of names lacks is known though the others are not.
    allowed = {"pod-restricted", "federation-exact"}
    assert {one.rule for one in judge([hidden], "prod", TODAY, whole=False)} <= allowed


def test_a_broad_role_on_a_group_or_an_unknown_scope_is_let_be() -> None:
    assert broken("role", put("scope", "/subscriptions/1234/resourceGroups/rg")) == []
    assert broken("role", put("scope", "${group.id}")) == []
    assert [rule for rule, _ in broken("role", put("scope", "/subscriptions/${client.subscriptionId}"))] == [
        "role-not-broad-above-groups"
    ]


@pytest.mark.parametrize(
    "image", ["${registry.loginServer}/app@sha256:" + "a" * 64, "${image.ref}", "registry.azurecr.io/b@${image.digest}"]
)
def test_an_image_whose_digest_comes_from_another_resource_is_by_digest(image: str) -> None:
    assert broken("deployment", put(f"{_CONTAINER}.image", image)) == []


def test_names_of_rules_are_unique_and_read_as_sentences() -> None:
    every: list[Rule | StackRule] = [*RULES, *STACK_RULES]

    assert len({rule.name for rule in every}) == len(every)
    for rule in every:
        assert rule.demand[0].isupper(), rule.name
        assert rule.demand.endswith("."), rule.name
        assert rule.remedy[0].islower(), rule.name
        assert not rule.remedy.endswith("."), rule.name
