"""Each identity is granted what its commands ask for, no less and no more."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import pytest

from delivery.preview import project
from delivery.preview.record import Record, Recorded
from delivery.reach import commands
from delivery.reach.commands import find_change, find_exceptions, find_needs, find_read, is_unread
from delivery.reach.facts import Facts, read_facts
from delivery.reach.grants import ASSIGNMENT
from delivery.reach.limits import Beyond
from delivery.reach.needs import unmet
from docs.reference import rights_page
from slipway.roles import Role
from tests.infra.golden.text import recorded
from tests.infra.test_stacks import variant
from tests.support.sample import SAMPLE

KEY = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv/keys/state"
BUCKET = {"bucket": "models-of-contoso", "region": "eu-central-1", "roleArn": "arn:aws:iam::123456789012:role/models"}

UNLIMITED = json.dumps(json.loads(project.read(SAMPLE).config("prod")["slipway:monitoring"]) | {"budget": None})
"""The section as text: in a mapping of changes, None takes a key away."""


@dataclass(frozen=True)
class Case:
    """A stack as it is committed, or with some of its sections changed."""

    stack: str
    changes: Mapping[str, object] = field(default_factory=dict)


CASES = {
    "dev": Case("dev"),
    "prod": Case("prod"),
    "dev that releases alone": Case("dev", {"slipway:pipelines": {"rights": "release"}}),
    "prod whose releases change it": Case("prod", {"slipway:pipelines": {"rights": "environment"}}),
    "models in S3": Case("dev", {"slipway:model": {"source": "s3", "blob": None, "s3": BUCKET}}),
    "no budget": Case("prod", {"slipway:monitoring": UNLIMITED}),
    "a place for a canary": Case("prod", {"slipway:entry": {"gateway": {"canary": {}}}}),
    "secrets in a vault": Case("prod", {"slipway:pipelines": {"state": {"secretsKey": KEY}}}),
}

Declare = Callable[[str], tuple[Recorded, Facts]]


@pytest.fixture(scope="session")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Declare:
    """A case's resources, and the facts of its stack file."""

    @cache
    def declare(name: str) -> tuple[Recorded, Facts]:
        case = CASES[name]
        if not case.changes:
            return recorded(case.stack), read_facts(SAMPLE, case.stack)
        folder = tmp_path_factory.mktemp("case")
        return variant(folder, case.stack, case.changes), read_facts(folder, case.stack)

    return declare


def held(found: Recorded) -> list[Record]:
    """Return the role assignments of identities that run commands."""
    return [one for one in found.all(ASSIGNMENT) if commands.PIPELINE_IDENTITY in str(one.inputs["principalId"])]


@pytest.mark.parametrize("case", CASES)
def test_each_command_finds_what_it_asks_for(declared: Declare, case: str) -> None:
    found, facts = declared(case)
    wanted = find_needs(found, facts)

    assert {need.command for need in wanted} >= {commands.DRIFT, commands.PREVIEW, commands.DEPLOY}
    assert list(map(str, unmet(found, wanted))) == []


@pytest.mark.parametrize("case", CASES)
def test_without_any_one_grant_a_command_fails(declared: Declare, case: str) -> None:
    found, facts = declared(case)
    wanted = find_needs(found, facts)
    needless = [
        one.name
        for one in held(found)
        if not unmet(replace(found, resources=tuple(each for each in found.resources if each is not one)), wanted)
    ]

    assert held(found)
    assert needless == []


def test_models_are_published_by_those_who_may_and_read_by_the_build(declared: Declare) -> None:
    found, facts = declared("dev")
    (publishers,) = facts.publishers
    models = [need for need in find_needs(found, facts) if "models" in need.what]

    assert {need.identity for need in models} == {publishers, "pipeline-identities-build"}
    assert {need.identity for need in models if need.what.startswith("write")} == {publishers}
    without = tuple(one for one in found.resources if one.inputs.get("principalId") != publishers)
    assert {need.command for need in unmet(replace(found, resources=without), models)} == {commands.PUBLISH}


@pytest.mark.parametrize("case", CASES)
def test_a_person_changes_only_what_the_pipelines_grants_do_not_reach(declared: Declare, case: str) -> None:
    """The gate before an `up` refuses these resources, so each must really be out of reach."""
    found, facts = declared(case)
    exceptions = find_exceptions(found, facts)
    reached = [
        record.name
        for reason, records in exceptions.items()
        for record in records
        if reason is not Beyond.GUARD
        and not record.type.startswith("azuredevops:")
        and not unmet(found, find_change(found, facts, record))
    ]

    assert reached == []


@pytest.mark.parametrize("case", CASES)
def test_drift_leaves_out_only_what_its_identity_may_not_read(declared: Declare, case: str) -> None:
    found, facts = declared(case)
    unread = [one for one in found.resources if is_unread(found, one)]

    assert unread
    assert [one.name for one in unread if not unmet(found, find_read(found, facts, one))] == []


def test_the_exceptions_are_these(declared: Declare) -> None:
    listed = {reason: {one.name for one in records} for reason, records in find_exceptions(*declared("dev")).items()}

    assert listed.keys() == {Beyond.GUARD, Beyond.OUTSIDE, Beyond.STRONG, Beyond.SUBSCRIPTION}
    assert listed[Beyond.SUBSCRIPTION] == {"alerts-budget"}
    assert {name for name in listed[Beyond.STRONG] if not name.startswith("pipelines-rights-deploy-")} == {
        "cluster-admins-3f1c2b5e-aks-cluster-admin",
        "model-store-publish-5d7b9f10-4c2e-4b8a-8f36-2e9a1c0d7b54",
    }
    assert all(name.startswith("pipelines-rights-") for name in listed[Beyond.OUTSIDE])


@pytest.mark.parametrize(
    ("type_", "inputs", "command"),
    [
        ("azure-native:network:NetworkSecurityGroup", {"resourceGroupName": "rg-other"}, commands.DRIFT),
        ("kubernetes:core/v1:ConfigMap", {"metadata": {"namespace": "other"}}, commands.DRIFT),
        ("kubernetes:apps/v1:Deployment", {"metadata": {"namespace": "other"}}, commands.DEPLOY),
    ],
)
def test_a_resource_elsewhere_needs_more_than_is_granted(
    declared: Declare, type_: str, inputs: Mapping[str, object], command: str
) -> None:
    found, facts = declared("prod")
    moved = found.all(type_)[0]
    changed = replace(moved, inputs={**moved.inputs, **inputs})  # type: ignore[dict-item]  # JSON of a test
    other = replace(found, resources=tuple(changed if one is moved else one for one in found.resources))

    assert command in {need.command for need in unmet(other, find_needs(other, facts))}


def test_a_role_that_is_too_weak_meets_no_need_of_its_strength(declared: Declare) -> None:
    found, facts = declared("prod")
    weak = tuple(
        replace(one, inputs={**one.inputs, "roleDefinitionId": f"roles/{Role.AKS_RBAC_READER}"})
        if one.name == "pipelines-rights-deploy-workload"
        else one
        for one in found.resources
    )
    left = unmet(replace(found, resources=weak), find_needs(found, facts))

    assert {need.request.action.rpartition("/")[2] for need in left} == {"write", "delete"}


def test_the_page_is_current() -> None:
    assert rights_page.PAGE.read_text(encoding="utf-8") == rights_page.page(), "run: make reference"
