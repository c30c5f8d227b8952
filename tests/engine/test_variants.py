"""Other shapes of the same program: models in S3, a chain of three, another Git server, no Azure DevOps at all."""

import pytest

from delivery.simulator.ground import Ground
from tests.engine.harness.environments import Environments, release
from tests.teams.variant import IN_S3, VARIANTS, Variant

pytestmark = pytest.mark.engine


def permissions(found: Environments) -> set[tuple[str, str, str]]:
    """Return kind, resource and pipeline of each permission."""
    every = found.workspace.cloud.all("azuredevops:%:PipelineAuthorization")
    return {tuple(str(one.body[key]) for key in ("type", "resourceId", "pipelineId")) for one in every}  # type: ignore[misc]  # three of them


def settles(environments: Environments, name: str = "dev") -> None:
    """One `up` makes everything; the next one finds nothing to do."""
    environments[name].configure("slipway:release", release(1))
    assert set(environments[name].up().counts) == {"create"}
    assert environments[name].up("--refresh", "--expect-no-changes").operations == {}


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name.replace(" ", "-"))
def test_each_variant_comes_up_and_settles(blank: Environments, variant: Variant) -> None:
    variant.write(blank.workspace.project)
    settles(blank)


def test_with_models_in_s3_azure_has_no_model_store(blank: Environments) -> None:
    IN_S3.write(blank.workspace.project)
    blank["dev"].up()
    assert [one for one in blank.workspace.cloud.all("azure-native:storage:%") if one.name] == []
    (connection,) = blank.workspace.cloud.all("azuredevops:%:ServiceEndpointAws")
    assert connection.body["useOidc"] is True
    assert "secretAccessKey" not in connection.body
    assert blank["dev"].outputs()["modelRepository"] == "s3://contoso-models/scoring/live"


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

    before = permissions(live)
    assert staging.destroy().ok
    assert {asked for asked in before if asked[0] == "queue"} <= permissions(live)
    for name in ("dev", "prod"):
        if name == "prod":  # its images came from staging
            prod.configure("slipway:environment.promotesFrom", "dev")
            prod.up()
        assert live[name].up("--refresh", "--expect-no-changes").operations == {}
    assert prod.outputs()["release"] == release(1)
