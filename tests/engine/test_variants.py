"""Other shapes of the same program: models in S3, a chain of three, another Git server, no Azure DevOps at all."""

from typing import Any

import pytest

from delivery.simulator.ground import Ground
from tests.engine.harness.environments import Environments, release

pytestmark = pytest.mark.engine

S3 = {
    "source": "s3",
    "s3": {
        "bucket": "contoso-models",
        "region": "eu-central-1",
        "roleArn": "arn:aws:iam::123456789012:role/slipway-models",
        "prefix": "live",
    },
}
GITHUB = {"kind": "github", "name": "contoso/scoring", "connection": "github"}
OTHER = {"kind": "other-git", "name": "scoring-mirror", "url": "https://git.example.com/scoring.git"}


def settles(environments: Environments, name: str = "dev") -> None:
    """One `up` makes everything; the next one finds nothing to do."""
    environments[name].configure("slipway:release", release(1))
    assert set(environments[name].up().counts) == {"create"}
    assert environments[name].up("--refresh", "--expect-no-changes").operations == {}


def test_with_models_in_s3_azure_has_no_model_store(blank: Environments) -> None:
    blank["dev"].configure("slipway:model", S3)
    settles(blank)
    assert [one for one in blank.workspace.cloud.all("azure-native:storage:%") if one.name] == []
    (connection,) = blank.workspace.cloud.all("azuredevops:%:ServiceEndpointAws")
    assert connection.body["useOidc"] is True
    assert "secretAccessKey" not in connection.body
    assert blank["dev"].outputs()["modelRepository"] == "s3://contoso-models/live"


@pytest.mark.parametrize("source", [GITHUB, OTHER], ids=["github", "other-git"])
def test_the_code_may_be_on_another_server(blank: Environments, source: dict[str, Any]) -> None:
    blank["dev"].configure("slipway:pipelines.hub.source", source)
    settles(blank)


def test_a_new_model_may_come_by_webhook(blank: Environments) -> None:
    blank["dev"].configure("slipway:pipelines.hub.modelTrigger", "webhook")
    settles(blank)


def test_an_environment_may_do_without_azure_devops(blank: Environments) -> None:
    blank["dev"].configure("slipway:pipelines", None)
    settles(blank)
    assert [one for one in blank.workspace.cloud.all("azuredevops:%") if one.name] == []


def test_three_environments_are_a_chain(live: Environments) -> None:
    staging = live.copy("prod", "staging", environment={"protect": False}, network={"addressSpace": "10.40.0.0/16"})
    prod = live.add("prod")
    prod.configure("slipway:environment.promotesFrom", "staging")
    Ground(live.workspace.cloud).lay(prod.config)

    too_early = prod.preview(must=False)
    assert not too_early.ok
    assert "run `pulumi up -s staging`" in too_early.complaints + too_early.text

    settles(live, "staging")
    settles(live, "prod")
    names = ("dev", "staging", "prod")
    assert len({live[name].outputs()["registryLoginServer"] for name in names}) == 3
    assert len({live[name].outputs()["endpointAddress"] for name in names}) == 3
    projects = live.workspace.cloud.all("azuredevops:index/project:Project")
    assert len(projects) == 1

    assert staging.destroy().ok
    assert live["dev"].up("--refresh", "--expect-no-changes").operations == {}
    assert prod.outputs()["release"] == release(1)
