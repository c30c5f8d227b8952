"""What the API server says of the rendered objects: every validation and Pod Security admission, in full."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.support.environments import objects

from . import conftest
from .deployed import Deployed
from .kubectl import KubectlError, Manifest, apply

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    yield from conftest.environment()


def tried(deployed: Deployed, stack: str) -> list[Manifest]:
    """The objects of `stack`, and their namespace really there, since nothing is admitted into one that is not."""
    deployed.objects = objects(stack, name=deployed.name)
    apply([one for one in deployed.objects if one["kind"] == "Namespace"])
    return deployed.objects


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_object_is_admitted_without_a_warning(deployed: Deployed, stack: str) -> None:
    assert apply(tried(deployed, stack), "--dry-run=server") == []


def broken(manifests: list[Any], kind: str) -> Any:
    [one] = [copy.deepcopy(manifest) for manifest in manifests if manifest["kind"] == kind]
    return one


def test_a_privileged_pod_would_be_warned_of(deployed: Deployed) -> None:
    deployment = broken(tried(deployed, "dev"), "Deployment")
    deployment["spec"]["template"]["spec"]["containers"][0]["securityContext"]["privileged"] = True
    del deployment["spec"]["template"]["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"]

    [warning] = apply([deployment], "--dry-run=server")

    assert "would violate PodSecurity" in warning


def test_a_request_above_its_limit_would_be_refused(deployed: Deployed) -> None:
    deployment = broken(tried(deployed, "dev"), "Deployment")
    deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "3"

    with pytest.raises(KubectlError, match="must be less than or equal to cpu limit"):
        apply([deployment], "--dry-run=server")
