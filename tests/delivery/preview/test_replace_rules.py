"""Replaced, refused, or changed in place: as the providers and the services do it."""

import json

import pytest

from delivery.preview.compare import change
from delivery.preview.kubernetes_rules import TABLE
from delivery.preview.model import Json, Operation, State
from delivery.preview.replace_rules import refusal, replaces
from tests.delivery.preview.force_new import read

GO = """
var forceNew = _groups{
	"apps": _versions{
		// NOTE: only AFTER v1beta1.
		"v1": _kinds{
			"Deployment":  deployment,
			"StatefulSet": statefulSet},
	},
	"core": core,
	"":     core,
	"policy": _versions{
		"v1beta1": _kinds{"PodDisruptionBudget": podDisruptionBudget},
	},
}

var core = _versions{
	"v1": _kinds{
		"Pod": append(
			properties{
				".spec.nodeName",
			},
			containerForceNewProperties(".spec.containers[*]", ".spec.initContainers[*]")...),
		"Service": properties{
			".spec.clusterIP",
		},
	},
}

var deployment = append(
	properties{
		".spec.selector",
	},
	labelSelectorForceNewProperties(".spec.selector")...,
)

var podDisruptionBudget = properties{
	".spec",
}

var statefulSet = properties{
	".spec.serviceName",
}

func containerForceNewProperties(prefixes ...string) properties {
	var props properties
	for _, prefix := range prefixes {
		props = append(props, properties{
			prefix + ".args",
			prefix + ".image",
		}...)
	}
	return props
}

func labelSelectorForceNewProperties(prefix string) properties {
	return properties{
		prefix + ".matchLabels",
	}
}
"""


def test_the_providers_source_is_read_with_its_names_and_functions() -> None:
    containers = [f"spec.{kind}[*].{last}" for kind in ("containers", "initContainers") for last in ("args", "image")]
    assert read(GO) == {
        "apps/v1": {"Deployment": ["spec.selector"], "StatefulSet": ["spec.serviceName"]},
        "core/v1": {"Pod": [*containers, "spec.nodeName"], "Service": ["spec.clusterIP"]},
        "policy/v1beta1": {"PodDisruptionBudget": ["spec"]},
    }


def test_the_table_says_which_source_it_was_read_from() -> None:
    assert "diff.go" in json.loads(TABLE.read_text(encoding="utf-8"))["source"]


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("apps/v1:Deployment", "spec.selector.matchLabels.app"),
        ("batch/v1:Job", "spec.template.spec.containers[].image"),
        ("core/v1:ConfigMap", "data.settings"),
        ("core/v1:Pod", "spec.containers[].image"),
        ("core/v1:ResourceQuota", "spec.scopes[]"),
        ("core/v1:Secret", "type"),
        ("core/v1:Service", "metadata.namespace"),
        ("gateway.networking.k8s.io/v1:Gateway", "metadata.name"),
        ("rbac.authorization.k8s.io/v1:RoleBinding", "roleRef.name"),
        ("storage.k8s.io/v1:StorageClass", "provisioner"),
    ],
)
def test_the_provider_replaces_an_object(kind: str, pattern: str) -> None:
    assert replaces(f"kubernetes:{kind}", pattern)
    assert refusal(f"kubernetes:{kind}", pattern, "old", "new") == ""


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("apps/v1:Deployment", "spec.template.spec.containers[].image"),
        ("core/v1:ConfigMapPatch", "data.settings"),
        ("core/v1:Service", "spec.clusterIPs"),
        ("policy/v1:PodDisruptionBudget", "spec.minAvailable"),
        ("scheduling.k8s.io/v1:PriorityClass", "value"),
    ],
)
def test_the_provider_changes_an_object_in_place(kind: str, pattern: str) -> None:
    assert not replaces(f"kubernetes:{kind}", pattern)


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("core/v1:Service", "spec.clusterIPs[]"),
        ("scheduling.k8s.io/v1:PriorityClass", "preemptionPolicy"),
        ("scheduling.k8s.io/v1:PriorityClass", "value"),
        ("storage.k8s.io/v1:StorageClass", "reclaimPolicy"),
    ],
)
def test_kubernetes_refuses_what_the_provider_changes_in_place(kind: str, pattern: str) -> None:
    assert refusal(f"kubernetes:{kind}", pattern, "old", "new") == f"Kubernetes keeps {pattern} as it was made"


@pytest.mark.parametrize(
    ("options", "operation", "refused"),
    [({"replaceOnChanges": ["value"]}, Operation.REPLACE, ""), ({}, Operation.UPDATE, "Kubernetes keeps value")],
)
def test_an_object_that_the_program_replaces_is_refused_nothing(
    options: dict[str, Json], operation: Operation, refused: str
) -> None:
    old, new = (
        State("key", "kubernetes:scheduling.k8s.io/v1:PriorityClass", "app", inputs={"value": value}, options=options)
        for value in (1, 2)
    )
    found = change(old, new)
    assert found.operation is operation
    assert [difference.refused.startswith(refused) for difference in found.differences] == [True]
    assert bool(found.differences[0].refused) == bool(refused)
