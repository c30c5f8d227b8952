"""prod's way of being reached: the policy Local, where a node serves only its own replicas.

Its replicas are fewer and smaller here, so that they fit on one small machine; the rest is as prod has it.
"""

from collections.abc import Iterator

import pytest

from . import conftest
from .deployed import Deployed
from .images import Packed
from .kubectl import eventually, get, kubectl
from .load import Figures, Load

pytestmark = pytest.mark.cluster

SMALL = {"scaling.minReplicas": 2, "scaling.maxReplicas": 3, "resources.cpuRequest": "200m"}


@pytest.fixture(scope="module")
def deployed(first: Packed) -> Iterator[Deployed]:
    for made in conftest.environment("prod"):
        made.release(first, SMALL)
        made.await_rollout()
        yield made


def test_it_is_reached_with_the_policy_local(deployed: Deployed) -> None:
    service = get("-n", deployed.namespace, "service", "scoring")

    assert service["spec"]["externalTrafficPolicy"] == "Local"
    assert service["spec"]["healthCheckNodePort"] > 0
    assert deployed.version()["model"]["version"] == "1"


def test_releases_and_deleted_pods_lose_no_request(
    deployed: Deployed, second: Packed, tmp_path_factory: pytest.TempPathFactory, figures: list[Figures]
) -> None:
    with Load(deployed.await_address(), tmp_path_factory.mktemp("local"), stretches=figures) as load:
        with load.stretch("Local: a new model") as release:
            deployed.release(second, SMALL)
            deployed.await_rollout()
        with load.stretch("Local: all pods are deleted") as deletion:
            kubectl("-n", deployed.namespace, "delete", "pods", "--all", "--wait=false")
            eventually("replacements", deployed.settled)

    assert deployed.version()["model"]["version"] == "2"
    assert release.result.failures == {}
    assert deletion.result.failures == {}
