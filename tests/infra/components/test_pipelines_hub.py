"""What the first environment owns in Azure DevOps for its whole chain."""

import pytest

from delivery.paths import ROOT
from delivery.preview.record import Record, Recorded
from slipway.placement import Placement
from tests.infra.conftest import Declared
from tests.infra.support.pipelines import hub, later, program

DEFINITION = "azuredevops:index/buildDefinition:BuildDefinition"
PROJECT = "azuredevops:index/project:Project"
GIT = "azuredevops:index/git:Git"
VALIDATION = "azuredevops:index/branchPolicyBuildValidation:BranchPolicyBuildValidation"
REVIEW = "azuredevops:index/branchPolicyMinReviewers:BranchPolicyMinReviewers"
VARIABLES = "azuredevops:index/variableGroup:VariableGroup"
WEBHOOK = "azuredevops:index/serviceendpointIncomingwebhook:ServiceendpointIncomingwebhook"
AWS = "azuredevops:index/serviceEndpointAws:ServiceEndpointAws"
BRANCH = "azuredevops:index/checkBranchControl:CheckBranchControl"
PERMISSION = "azuredevops:index/pipelineAuthorization:PipelineAuthorization"
QUEUING = "azuredevops:index/buildDefinitionPermissions:BuildDefinitionPermissions"
PUSHING = "azuredevops:index/gitPermissions:GitPermissions"
SETTINGS = "azuredevops:index/projectPipelineSettings:ProjectPipelineSettings"


@pytest.fixture
def found(declared: Declared, placement: Placement) -> Recorded:
    return declared(program(placement, hub()))


def definitions(found: Recorded) -> dict[str, Record]:
    return {str(each.inputs["name"]): each for each in found.all(DEFINITION)}


def yaml_of(record: Record) -> dict[str, object]:
    repository = record.inputs["repository"]
    assert isinstance(repository, dict)
    return repository


def permitted(found: Recorded) -> set[tuple[str, str, str]]:
    """(kind, resource, pipeline) of each permission."""
    return {
        (str(each.inputs["type"]), str(each.inputs["resourceId"]), str(each.inputs["pipelineId"]))
        for each in found.all(PERMISSION)
    }


def test_build_release_drift_and_model_are_yaml_pipelines_that_exist(found: Recorded) -> None:
    assert sorted(definitions(found)) == ["slipway-build", "slipway-drift", "slipway-model", "slipway-release"]
    for record in found.all(DEFINITION):
        assert record.inputs["ciTrigger"] == {"useYaml": True}
        assert (ROOT / str(yaml_of(record)["ymlPath"])).is_file()


def test_definitions_name_the_branch_in_full(found: Recorded) -> None:
    assert {yaml_of(each)["branchName"] for each in found.all(DEFINITION)} == {"refs/heads/main"}


def test_definitions_do_not_run_when_made(found: Recorded) -> None:
    for record in found.all(DEFINITION):
        assert record.inputs["features"] == [{"skipFirstRun": True}]


def test_definitions_stand_where_resources_pipelines_looks_for_them(found: Recorded) -> None:
    assert {each.inputs["path"] for each in found.all(DEFINITION)} == {"\\"}


def test_pull_requests_to_the_branch_of_this_repository_alone_must_pass_the_build(found: Recorded) -> None:
    policy = found.one(VALIDATION)

    assert (policy.inputs["blocking"], policy.inputs["enabled"]) == (True, True)
    settings = policy.inputs["settings"]
    assert isinstance(settings, dict)
    assert settings["buildDefinitionId"] == "${pipelines-hub-definition-build.id}"
    assert settings["scopes"] == [
        {"repositoryId": "${repository.id}", "repositoryRef": "refs/heads/main", "matchType": "Exact"}
    ]


def test_somebody_else_reviews_a_pull_request(found: Recorded) -> None:
    settings = found.one(REVIEW).inputs["settings"]
    assert isinstance(settings, dict)
    assert (settings["reviewerCount"], settings["submitterCanVote"]) == (1, False)


def test_reviews_can_be_left_to_the_repositorys_own_policies(declared: Declared, placement: Placement) -> None:
    assert declared(program(placement, hub({"hub.source.reviewers": 0}))).all(REVIEW) == []


def test_an_existing_project_and_repository_are_found_and_not_declared(found: Recorded) -> None:
    assert found.all(PROJECT) + found.all(GIT) + found.all(SETTINGS) == []
    assert found.outputs["project"] == "${project.id}"


def test_a_created_project_is_private_protected_and_keeps_tokens_narrow(
    declared: Declared, placement: Placement
) -> None:
    found = declared(program(placement, hub({"hub.project.create": True})))

    project = found.one(PROJECT)
    assert project.inputs["visibility"] == "private"
    assert (project.options["protect"], project.options["retainOnDelete"]) == (True, True)
    settings = found.one(SETTINGS).inputs
    assert settings["enforceJobScope"] is True
    assert settings["enforceReferencedRepoScopedToken"] is True


def test_a_created_repository_survives_what_it_began_as(declared: Declared, placement: Placement) -> None:
    repository = declared(program(placement, hub({"hub.source.create": True}))).one(GIT)

    assert repository.options["ignoreChanges"] == ["initialization"]
    assert (repository.options["protect"], repository.options["retainOnDelete"]) == (True, True)


def test_on_github_every_pipeline_may_use_the_apps_connection_and_forks_build_nothing(
    declared: Declared, placement: Placement
) -> None:
    source = {"kind": "github", "name": "contoso/scoring", "connection": "contoso"}
    found = declared(program(placement, hub({"hub.source": source})))

    for name, record in definitions(found).items():
        yaml = yaml_of(record)
        assert (yaml["repoType"], yaml["repoId"]) == ("GitHub", "contoso/scoring")
        assert yaml["serviceConnectionId"] == "${github.id}"
        assert ("endpoint", "${github.id}", f"${{{record.name}.id}}") in permitted(found), name
    trigger = definitions(found)["slipway-build"].inputs["pullRequestTrigger"]
    assert trigger == {"useYaml": True, "initialBranch": "main", "forks": {"enabled": False, "shareSecrets": False}}
    assert found.all(VALIDATION) == []


def test_another_git_server_is_mirrored_because_its_yaml_is_not_read(declared: Declared, placement: Placement) -> None:
    url = "https://git.example/team/scoring.git"
    found = declared(program(placement, hub({"hub.source": {"kind": "other-git", "name": "scoring", "url": url}})))

    assert {yaml_of(each)["repoType"] for each in found.all(DEFINITION)} == {"TfsGit"}
    assert "slipway-mirror" in definitions(found)
    permissions = found.one(PUSHING, "pipelines-hub-may-push").inputs["permissions"]
    assert isinstance(permissions, dict)
    assert permissions["GenericContribute"] == "Allow"
    assert found.all(VALIDATION) == []


SERVER_MEMBER = "pipelines-hub-server-member-entitlement"
MIRROR = {"kind": "other-git", "name": "scoring", "url": "https://git.example/team/scoring.git"}


def test_a_mirror_begins_empty_so_that_no_import_can_fail_unseen(declared: Declared, placement: Placement) -> None:
    found = declared(program(placement, hub({"hub.source": MIRROR})))

    assert found.one(GIT).inputs["initialization"] == {"initType": "Uninitialized"}
    assert [one.type for one in found.resources if "ServiceEndpointGenericGit" in one.type] == []


def test_people_push_to_no_released_branch_of_a_mirror(declared: Declared, placement: Placement) -> None:
    found = declared(program(placement, hub({"hub.source": MIRROR})))

    closed = [each for each in found.all(PUSHING) if each.name != "pipelines-hub-may-push"]
    assert [each.name.rpartition("closed-to-")[2] for each in closed] == ["build-administrators", "contributors"]
    for each in closed:
        assert each.inputs["branchName"] == "refs/heads/main"
        assert each.inputs["permissions"] == {"GenericContribute": "Deny", "ForcePush": "Deny"}


def test_a_server_behind_a_login_pushes_by_an_identity_of_its_own(declared: Declared, placement: Placement) -> None:
    pusher = "5b6f0d3e-9c1a-4e57-8f2d-0a4c6b8e1d37"
    source = {"kind": "other-git", "name": "scoring", "pusher": pusher}
    found = declared(program(placement, hub({"hub.source": source})))

    assert "slipway-mirror" not in definitions(found)
    allowed = {each.name for each in found.all(PUSHING) if "Allow" in str(each.inputs["permissions"])}
    assert allowed == {"pipelines-hub-server-may-push"}
    member = found.one("azuredevops:index/servicePrincipalEntitlement:ServicePrincipalEntitlement", SERVER_MEMBER)
    assert member.inputs["originId"] == pusher
    assert len(found.all(PUSHING)) == 3


def test_runs_of_a_pipeline_stay_when_its_definition_leaves_the_stack(found: Recorded) -> None:
    for record in found.all(DEFINITION):
        assert (record.options["protect"], record.options["retainOnDelete"]) == (True, True)


def test_an_agent_pool_stays_permitted_to_the_pipelines_that_environments_share(
    declared: Declared, placement: Placement
) -> None:
    changes = {"pool": "private", "hub.reviewPool": "reviews"}
    for found in (
        declared(program(placement, hub(changes))),
        declared(program(placement, later({"pool": "private"}), environment="prod")),
    ):
        queues = [each for each in found.all(PERMISSION) if each.inputs["type"] == "queue"]
        others = [each for each in found.all(PERMISSION) if each.inputs["type"] != "queue"]
        assert queues
        assert {each.options.get("retainOnDelete") for each in queues} == {True}
        assert {each.options.get("retainOnDelete") for each in others} == {None}


def test_the_variable_group_says_where_models_come_from_and_is_open_to_no_pipeline_by_itself(found: Recorded) -> None:
    group = found.one(VARIABLES, "pipelines-hub-variables").inputs

    assert group["allowAccess"] is False
    assert group["variables"] == [
        {"name": "SLIPWAY_MODELS", "value": "az://st/models"},
        {"name": "REGISTRY", "value": "cr.azurecr.io/scoring"},
        {"name": "SLIPWAY_RELEASES", "value": "az://ststate/releases"},
        {"name": "AZURE_USE_AZURE_CLI", "value": "true"},
        {"name": "AZURE_TOKEN_CREDENTIALS", "value": "AzureCLICredential"},
    ]


def test_no_variable_group_holds_or_fetches_a_secret(found: Recorded) -> None:
    for group in found.all(VARIABLES):
        assert "keyVault" not in group.inputs
        variables = group.inputs["variables"]
        assert isinstance(variables, list)
        assert all(set(variable) == {"name", "value"} for variable in variables)


def test_the_way_to_images_models_and_their_facts_answers_to_the_main_branch_alone(
    declared: Declared, placement: Placement
) -> None:
    found = declared(program(placement, hub(), aws_role="arn:aws:iam::123456789012:role/models"))

    checks = {str(each.inputs["targetResourceId"]): each.inputs for each in found.all(BRANCH)}
    for part in ("build-endpoint", "variables", "aws"):
        check = checks[f"${{pipelines-hub-{part}.id}}"]
        assert (check["allowedBranches"], check["verifyBranchProtection"]) == ("refs/heads/main", True)


def test_unreviewed_branches_run_on_agents_that_only_the_build_may_use(
    declared: Declared, placement: Placement
) -> None:
    found = declared(program(placement, hub({"hub.reviewPool": "reviews"})))

    queues = {(resource, pipeline) for kind, resource, pipeline in permitted(found) if kind == "queue"}
    assert queues == {("${pool.id}", "${pipelines-hub-definition-build.id}")}
    assert not [check for check in found.all(BRANCH) if check.inputs["targetResourceType"] == "queue"]


def test_a_schedule_looks_for_new_models(found: Recorded) -> None:
    assert yaml_of(definitions(found)["slipway-model"])["ymlPath"] == "pipelines/model-schedule.yml"
    assert found.all(WEBHOOK) == []
    permission = found.one(QUEUING).inputs
    assert permission["buildDefinitionId"] == "${pipelines-hub-definition-build.id}"
    assert permission["permissions"] == {"QueueBuilds": "Allow"}


def test_a_webhook_rings_and_holds_no_secret(declared: Declared, placement: Placement) -> None:
    found = declared(program(placement, hub({"hub.modelTrigger": "webhook"})))

    assert yaml_of(definitions(found)["slipway-model"])["ymlPath"] == "pipelines/model-webhook.yml"
    webhook = found.one(WEBHOOK)
    assert webhook.inputs["webhookName"] == "SlipwayModel"
    assert webhook.inputs["serviceEndpointName"] == "slipway-model"
    assert "secret" not in webhook.inputs
    model = "${pipelines-hub-definition-model.id}"
    assert ("endpoint", "${pipelines-hub-webhook.id}", model) in permitted(found)


def test_the_webhooks_connection_is_there_before_the_pipeline_that_it_rings_for(
    declared: Declared, placement: Placement
) -> None:
    found = declared(program(placement, hub({"hub.modelTrigger": "webhook"})))

    assert "pipelines-hub-webhook" in str(definitions(found)["slipway-model"].options.get("dependsOn"))


def test_without_a_trigger_the_models_pipeline_rests_and_keeps_its_runs(
    declared: Declared, placement: Placement
) -> None:
    found = declared(program(placement, hub({"hub.modelTrigger": "none"})))

    states = {name: record.inputs["queueStatus"] for name, record in definitions(found).items()}
    assert [name for name, state in states.items() if state != "enabled"] == ["slipway-model"]
    assert states["slipway-model"] == "disabled"


def test_models_in_s3_are_read_with_a_role_and_no_key(declared: Declared, placement: Placement) -> None:
    role = "arn:aws:iam::123456789012:role/models"
    found = declared(program(placement, hub(), aws_role=role))

    connection = found.one(AWS).inputs
    assert (connection["useOidc"], connection["roleToAssume"]) == (True, role)
    assert not {"accessKeyId", "secretAccessKey", "sessionToken"} & connection.keys()
    for pipeline in ("build", "model"):
        wanted = ("endpoint", "${pipelines-hub-aws.id}", f"${{pipelines-hub-definition-{pipeline}.id}}")
        assert wanted in permitted(found)


def test_models_in_blob_need_nothing_of_aws(found: Recorded) -> None:
    assert found.all(AWS) == []


def test_released_runs_are_kept_as_long_as_config_says(declared: Declared, placement: Placement) -> None:
    found = declared(program(placement, hub({"hub.retentionDays": 90})))

    release = definitions(found)["slipway-release"].inputs["variables"]
    assert release == [{"name": "SLIPWAY_RETENTION_DAYS", "value": "90", "allowOverride": False}]


def test_agents_of_our_own_are_permitted_to_the_pipelines_that_run_on_them(
    declared: Declared, placement: Placement
) -> None:
    found = declared(program(placement, hub({"pool": "private"})))

    assert {each.inputs["agentPoolName"] for each in found.all(DEFINITION)} == {"private"}
    pipelines = {
        pipeline for kind, resource, pipeline in permitted(found) if (kind, resource) == ("queue", "${pool.id}")
    }
    assert pipelines == {f"${{{each.name}.id}}" for each in found.all(DEFINITION)}


def test_a_later_environment_declares_none_of_it(declared: Declared, placement: Placement) -> None:
    found = declared(program(placement, later(), environment="prod"))

    assert found.all(DEFINITION) + found.all(VALIDATION) + found.all(PROJECT) + found.all(WEBHOOK) == []
    assert (found.outputs["project"], found.outputs["release"]) == ("project-of-dev", "12")


def test_no_definition_asks_for_what_the_provider_never_sends(found: Recorded) -> None:
    """The provider reads the scope of jobs and cannot set it, so the definitions would differ for ever."""
    assert all("jobAuthorizationScope" not in each.inputs for each in found.all(DEFINITION))
