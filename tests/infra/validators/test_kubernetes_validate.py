"""Every object follows the Kubernetes API's own schema: no unknown field, no wrong type, no removed version."""

import copy
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.infra.support.environments import Manifest, objects

from .conftest import Rendered
from .findings import KUBERNETES
from .schemas import is_brought

VERSIONS = (KUBERNETES, "1.34", "1.35", "1.37")
"""Those that the stack files name, and what upgrades will bring."""

VARIANTS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "fixed number of replicas": {"scaling.minReplicas": 2, "scaling.maxReplicas": 2},
        "spans": {"tracing": {"service": "collector", "namespace": "observability"}},
    }
)


def judge(manifest: Manifest, version: str) -> None:
    """Raises where the object breaks the schema; also where there is no schema of it, and so no judgement."""
    assert kubernetes_validate.validate(manifest, version, strict=True) == version


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_follows_the_schema(rendered: Rendered, environment: str, version: str) -> None:
    for manifest in rendered(environment):
        if not is_brought(manifest):
            judge(manifest, version)


@pytest.mark.parametrize("variant", VARIANTS)
def test_objects_of_other_settings_do_as_well(variant: str) -> None:
    for manifest in objects("dev", changes=VARIANTS[variant]):
        judge(manifest, KUBERNETES)


def test_objects_of_other_settings_of_the_app_do_as_well() -> None:
    for manifest in objects("dev", app={"workers": 1, "queueTimeoutSeconds": 2.5, "maxConnections": 100}):
        judge(manifest, KUBERNETES)


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Deployment", ("spec", "template", "spec", "automountToken"), False),
        ("Deployment", ("spec", "minReadySeconds"), "5"),
        ("Service", ("spec", "ports"), {"port": 80}),
        ("HorizontalPodAutoscaler", ("spec", "maxReplicas"), None),
        ("PodDisruptionBudget", ("apiVersion",), "policy/v1beta1"),
    ],
)
def test_a_broken_object_is_found(rendered: Rendered, kind: str, path: tuple[str, ...], value: object) -> None:
    [manifest] = [one for one in rendered("dev") if one["kind"] == kind]
    broken: Any = copy.deepcopy(manifest)
    inner = broken
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value

    with pytest.raises((kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError)):
        judge(broken, KUBERNETES)
