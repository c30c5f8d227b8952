"""One environment in Azure DevOps: who gets in, through which door, and past whom."""

import pytest

from delivery.preview.record import Recorded
from slipway.placement import Placement
from slipway.roles import Role
from tests.infra.conftest import Declared
from tests.infra.support.pipelines import APPROVERS, CLUSTER, REGISTRY, hub, later, program

ENVIRONMENT = "azuredevops:index/environment:Environment"
ENDPOINT = "azuredevops:index/serviceEndpointAzureRM:ServiceEndpointAzureRM"
CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential"
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
ASSIGNMENT = "azure-native:authorization:RoleAssignment"
APPROVAL = "azuredevops:index/checkApproval:CheckApproval"
BRANCH = "azuredevops:index/checkBranchControl:CheckBranchControl"
LOCK = "azuredevops:index/checkExclusiveLock:CheckExclusiveLock"
HOURS = "azuredevops:index/checkBusinessHours:CheckBusinessHours"
PERMISSION = "azuredevops:index/pipelineAuthorization:PipelineAuthorization"
VARIABLES = "azuredevops:index/variableGroup:VariableGroup"
ENTITLEMENT = "azuredevops:index/servicePrincipalEntitlement:ServicePrincipalEntitlement"
MEMBERSHIP = "azuredevops:index/groupMembership:GroupMembership"
CHECKS = (APPROVAL, BRANCH, LOCK, HOURS)

STATE = (
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-state/providers/Microsoft.Storage"
    "/storageAccounts/ststate/blobServices/default/containers/state"
)
RELEASES = f"{STATE.removesuffix('state')}releases"
GROUP = "/subscriptions/s/resourceGroups/rg-scoring-dev-weu"
DEPLOY = "${pipeline-identities-deploy.principalId}"
DRIFT = "${pipeline-identities-drift.principalId}"


@pytest.fixture
def prod(declared: Declared, placement: Placement) -> Recorded:
    return declared(program(placement, later(), environment="prod"))


@pytest.fixture
def dev(declared: Declared, placement: Placement) -> Recorded:
    return declared(program(placement, hub()))


def may(found: Recorded, principal: str) -> set[tuple[str, str]]:
    """(role, scope) of everything that a principal is granted."""
    return {
        (str(each.inputs["roleDefinitionId"]).rpartition("/")[2], str(each.inputs["scope"]))
        for each in found.all(ASSIGNMENT)
        if each.inputs["principalId"] == principal
    }


def permitted(found: Recorded) -> set[tuple[str, str, str]]:
    """(kind, resource, pipeline) of each permission."""
    return {
        (str(each.inputs["type"]), str(each.inputs["resourceId"]), str(each.inputs["pipelineId"]))
        for each in found.all(PERMISSION)
    }


def test_the_environment_has_the_stacks_name_in_the_hubs_project(prod: Recorded) -> None:
    made = prod.one(ENVIRONMENT).inputs

    assert (made["name"], made["projectId"]) == ("prod", "project-of-dev")


def test_a_guarded_environment_has_approval_branch_control_lock_and_hours(prod: Recorded) -> None:
    for check in (APPROVAL, LOCK, HOURS):
        target = prod.one(check).inputs
        assert target["targetResourceType"] == "environment"
        assert target["targetResourceId"] == "${pipelines-stage-environment.id}"


def test_everything_that_a_pipeline_of_an_environment_uses_answers_to_the_branch_alone(
    declared: Declared, placement: Placement
) -> None:
    for config, environment in ((hub({"pool": "private"}), "dev"), (later({"pool": "private"}), "prod")):
        found = declared(program(placement, config, environment=environment))
        guarded = {
            (str(each.inputs["targetResourceType"]), str(each.inputs["targetResourceId"])) for each in found.all(BRANCH)
        }
        assert guarded == {(kind, resource) for kind, resource, _pipeline in permitted(found)}
        assert ("queue", "${pool.id}") in guarded


def test_nobody_is_asked_in_an_environment_without_approval(dev: Recorded) -> None:
    assert dev.all(APPROVAL) + dev.all(LOCK) + dev.all(HOURS) == []


def test_whoever_asks_for_a_release_does_not_approve_it(prod: Recorded) -> None:
    approval = prod.one(APPROVAL).inputs

    assert approval["requesterCanApprove"] is False
    assert (approval["approvers"], approval["minimumRequiredApprovers"]) == (APPROVERS, 2)
    assert approval["timeout"] == 24 * 60


def test_only_the_protected_main_branch_gets_in(prod: Recorded) -> None:
    for check in prod.all(BRANCH):
        assert check.inputs["allowedBranches"] == "refs/heads/main"
        assert check.inputs["verifyBranchProtection"] is True
        assert check.inputs["ignoreUnknownProtectionStatus"] is False


def test_a_branch_without_policies_can_be_named_instead(declared: Declared, placement: Placement) -> None:
    found = declared(program(placement, later({"checks.branchControl": "named"}), environment="prod"))

    assert {each.inputs["verifyBranchProtection"] for each in found.all(BRANCH)} == {False}


def test_releases_begin_on_the_days_and_hours_of_config(prod: Recorded) -> None:
    hours = prod.one(HOURS).inputs

    assert (hours["startTime"], hours["endTime"], hours["timeZone"]) == ("08:00", "16:00", "UTC")
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    assert [day for day in days if hours[day]] == ["monday", "friday"]


def test_each_connection_has_an_identity_of_its_own_and_no_secret(prod: Recorded) -> None:
    by_name = {each.inputs["serviceEndpointName"]: each.inputs for each in prod.all(ENDPOINT)}

    assert set(by_name) == {"slipway-prod-deploy", "slipway-prod-drift"}
    for purpose in ("deploy", "drift"):
        endpoint = by_name[f"slipway-prod-{purpose}"]
        assert endpoint["serviceEndpointAuthenticationScheme"] == "WorkloadIdentityFederation"
        assert endpoint["credentials"] == {"serviceprincipalid": f"${{pipeline-identities-{purpose}.clientId}}"}
        assert endpoint["azurermSpnTenantid"] == "22222222-2222-2222-2222-222222222222"
        assert "features" not in endpoint, "a connection cannot be validated before its credential exists"


def test_issuer_and_subject_are_what_the_connection_says(prod: Recorded) -> None:
    assert len(prod.all(CREDENTIAL)) == 2
    for purpose in ("deploy", "drift"):
        credential = prod.one(CREDENTIAL, f"pipelines-stage-{purpose}-credential").inputs
        endpoint = f"pipelines-stage-{purpose}-endpoint"
        assert credential["issuer"] == f"${{{endpoint}.workloadIdentityFederationIssuer}}"
        assert credential["subject"] == f"${{{endpoint}.workloadIdentityFederationSubject}}"
        assert credential["audiences"] == ["api://AzureADTokenExchange"]
        assert credential["resourceName"] == f"${{pipeline-identities-{purpose}.name}}"


def test_an_identity_trusts_one_connection_so_no_two_credentials_are_written_at_once(dev: Recorded) -> None:
    identities = [each.inputs["resourceName"] for each in dev.all(CREDENTIAL)]

    assert sorted(map(str, identities)) == [
        "${pipeline-identities-build.name}",
        "${pipeline-identities-deploy.name}",
        "${pipeline-identities-drift.name}",
    ]


def test_identities_are_named_after_what_they_do_and_replaced_in_one_go(prod: Recorded) -> None:
    found = {each.inputs["resourceName"]: each.options for each in prod.all(IDENTITY)}

    assert set(found) == {"id-scoring-prod-weu-deploy", "id-scoring-prod-weu-drift"}
    assert all(options["deleteBeforeReplace"] is True for options in found.values())


def test_the_build_has_an_identity_in_the_hub_alone(dev: Recorded, prod: Recorded) -> None:
    assert {each.name for each in dev.all(IDENTITY)} - {each.name for each in prod.all(IDENTITY)} == {
        "pipeline-identities-build"
    }


def test_identities_are_readers_of_the_project_and_never_more(dev: Recorded, prod: Recorded) -> None:
    for found, count in ((dev, 3), (prod, 2)):
        assert len(found.all(ENTITLEMENT)) == count
        for entitlement in found.all(ENTITLEMENT):
            assert str(entitlement.inputs["originId"]).endswith(".principalId}")
        for membership in found.all(MEMBERSHIP):
            assert (membership.inputs["group"], membership.inputs["mode"]) == (
                "${azure-devops-group.descriptor}",
                "add",
            )


def test_every_permission_names_one_pipeline(dev: Recorded, prod: Recorded) -> None:
    for found in (dev, prod):
        assert found.all(PERMISSION) != []
        assert all(each.inputs["pipelineId"] for each in found.all(PERMISSION))


def test_the_release_pipeline_deploys_and_the_drift_pipeline_only_looks(prod: Recorded) -> None:
    group = "${pipelines-stage-variables.id}"
    assert permitted(prod) == {
        ("environment", "${pipelines-stage-environment.id}", "12"),
        ("endpoint", "${pipelines-stage-deploy-endpoint.id}", "12"),
        ("endpoint", "${pipelines-stage-drift-endpoint.id}", "12"),
        ("variablegroup", group, "12"),
        ("endpoint", "${pipelines-stage-drift-endpoint.id}", "13"),
        ("variablegroup", group, "13"),
    }


def test_both_may_use_the_environments_own_agents(declared: Declared, placement: Placement) -> None:
    found = declared(program(placement, later({"pool": "private"}), environment="prod"))

    assert {each for each in permitted(found) if each[0] == "queue"} == {
        ("queue", "${pool.id}", "12"),
        ("queue", "${pool.id}", "13"),
    }


def test_the_variable_group_says_where_the_state_is(prod: Recorded) -> None:
    group = prod.one(VARIABLES).inputs

    assert (group["name"], group["allowAccess"]) == ("slipway-prod", False)
    assert group["variables"] == [
        {"name": "PULUMI_BACKEND_URL", "value": "azblob://state?storage_account=ststate"},
        {"name": "AZURE_STORAGE_ACCOUNT", "value": "ststate"},
        {"name": "AZURE_USE_AZURE_CLI", "value": "true"},
        {"name": "AZURE_TOKEN_CREDENTIALS", "value": "AzureCLICredential"},
        {"name": "AZDO_ORG_SERVICE_URL", "value": "https://dev.azure.com/contoso"},
        {"name": "SLIPWAY_RELEASES", "value": "az://ststate/releases"},
        {"name": "SLIPWAY_RIGHTS", "value": "release"},
        {"name": "SLIPWAY_LATENCY_MS", "value": "1000"},
    ]


def test_a_release_may_change_the_workload_and_nothing_around_it(prod: Recorded) -> None:
    assert may(prod, DEPLOY) == {
        (Role.BLOB_DATA_CONTRIBUTOR, STATE),
        (Role.BLOB_DATA_CONTRIBUTOR, RELEASES),
        (Role.AKS_CLUSTER_USER, CLUSTER),
        (Role.AKS_RBAC_WRITER, f"{CLUSTER}/namespaces/scoring"),
        (Role.ACR_PULL, "/registries/of-dev"),
        (Role.ACR_IMPORT, REGISTRY),
    }


def test_the_build_keeps_releases_and_cannot_touch_the_state(dev: Recorded) -> None:
    assert may(dev, "${pipeline-identities-build.principalId}") == {(Role.BLOB_DATA_CONTRIBUTOR, RELEASES)}


def test_looking_changes_nothing(prod: Recorded) -> None:
    assert may(prod, DRIFT) == {
        (Role.BLOB_DATA_READER, STATE),
        (Role.READER, GROUP),
        (Role.AKS_CLUSTER_USER, CLUSTER),
        (Role.AKS_RBAC_READER, f"{CLUSTER}/namespaces/scoring"),
        (Role.AKS_RBAC_READER, f"{CLUSTER}/namespaces/kube-system"),
        (Role.COST_READER, "/subscriptions/11111111-1111-1111-1111-111111111111"),
        (Role.READER, STATE),
        (Role.READER, RELEASES),
        (Role.READER, "/registries/of-dev"),
    }


def test_with_rights_on_the_environment_a_release_may_change_all_of_it(dev: Recorded) -> None:
    granted = may(dev, DEPLOY)

    assert {(Role.CONTRIBUTOR, GROUP), (Role.ROLE_ADMINISTRATOR, GROUP), (Role.AKS_CLUSTER_ADMIN, CLUSTER)} <= granted
    assert Role.AKS_RBAC_WRITER not in {role for role, _scope in granted}


def test_where_images_are_pushed_none_is_imported(declared: Declared, placement: Placement, dev: Recorded) -> None:
    assert not {Role.ACR_IMPORT, Role.ACR_PULL} & {role for role, _scope in may(dev, DEPLOY)}

    releasing = declared(program(placement, hub({"rights": "release"})))
    assert {(Role.ACR_PULL, REGISTRY)} == {
        (role, scope) for role, scope in may(releasing, DEPLOY) if role in (Role.ACR_IMPORT, Role.ACR_PULL)
    }


def test_even_then_it_cannot_make_itself_stronger(dev: Recorded) -> None:
    (assignment,) = [
        each for each in dev.all(ASSIGNMENT) if str(each.inputs["roleDefinitionId"]).endswith(Role.ROLE_ADMINISTRATOR)
    ]
    condition = str(assignment.inputs["condition"])

    assert assignment.inputs["conditionVersion"] == "2.0"
    assert Role.ACR_PULL in condition
    for strong in (Role.CONTRIBUTOR, Role.ROLE_ADMINISTRATOR, Role.AKS_CLUSTER_ADMIN):
        assert strong not in condition


def test_a_key_for_the_states_secrets_is_shared_with_whoever_reads_the_state(
    declared: Declared, placement: Placement
) -> None:
    key = "/subscriptions/s/resourceGroups/rg-state/providers/Microsoft.KeyVault/vaults/kv/keys/state"
    found = declared(program(placement, later({"state.secretsKey": key}), environment="prod"))

    for principal in (DEPLOY, DRIFT):
        assert (Role.KEY_VAULT_CRYPTO_USER, key) in may(found, principal)


def test_every_grant_says_what_kind_of_principal_it_is_for(dev: Recorded) -> None:
    assert {each.inputs["principalType"] for each in dev.all(ASSIGNMENT)} == {"ServicePrincipal"}


def test_a_third_environment_is_its_config_and_nothing_else(declared: Declared, placement: Placement) -> None:
    """Same checks, connections and permissions as any later environment, under its own name."""
    found = declared(program(placement, later(), environment="staging"))

    assert found.one(ENVIRONMENT).inputs["name"] == "staging"
    assert found.one(VARIABLES).inputs["name"] == "slipway-staging"
    endpoints = {str(each.inputs["serviceEndpointName"]) for each in found.all(ENDPOINT)}
    assert endpoints == {"slipway-staging-deploy", "slipway-staging-drift"}
    assert all(found.all(check) for check in CHECKS)
    assert {pipeline for _kind, _resource, pipeline in permitted(found)} == {"12", "13"}


def test_the_first_preview_of_all_passes_before_anything_exists(declared: Declared, placement: Placement) -> None:
    for config, environment in ((hub(), "dev"), (later(), "prod")):
        known = declared(program(placement, config, environment=environment))
        first = declared(program(placement, config, environment=environment), first=True)
        assert [each.key for each in first.resources] == [each.key for each in known.resources]


def test_providers_get_no_credentials(prod: Recorded) -> None:
    for record in prod.resources:
        if record.type.startswith("pulumi:providers:"):
            assert not [key for key in record.inputs if any(word in key.lower() for word in ("secret", "token"))]
