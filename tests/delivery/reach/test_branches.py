"""Reach follows from permissions and checks, and the committed stacks leave nothing open."""

from dataclasses import replace

import pytest

from delivery.preview.record import Recorded
from delivery.reach.branches import ANY, AUTHORIZATION, BRANCH, reached
from delivery.reach.grants import grants, identities
from docs.reference import reach_page
from tests.infra.golden.text import STACKS, recorded

MAIN = "refs/heads/main"


def without(found: Recorded, check: str) -> Recorded:
    """The same stack with one check of its branch left out."""
    kept = tuple(one for one in found.resources if (one.type, one.name) != (BRANCH, check))
    assert len(kept) == len(found.resources) - 1
    return replace(found, resources=kept)


@pytest.mark.parametrize("stack", STACKS)
def test_no_branch_but_the_protected_one_reaches_what_changes_something_or_anything_of_prod(stack: str) -> None:
    found = reached(stack, recorded(stack))

    assert [one for one in found if one.writes]
    for one in found:
        if one.writes or stack == "prod":
            assert (one.branch, one.protected) == (MAIN, True), one.name


@pytest.mark.parametrize(
    ("stack", "check", "name"),
    [
        ("prod", "pipelines-stage-drift-guard-branch", "slipway-prod-drift"),
        ("prod", "pipelines-stage-pool-guard-branch", "pool"),
        ("prod", "pipelines-stage-variables-guard-branch", "slipway-prod"),
        ("dev", "pipelines-stage-deploy-guard-branch", "slipway-dev-deploy"),
        ("dev", "pipelines-hub-build-guard-branch", "slipway-build"),
    ],
)
def test_a_resource_without_its_check_is_open_to_any_branch(stack: str, check: str, name: str) -> None:
    found = reached(stack, without(recorded(stack), check))

    assert {one.name for one in found if one.branch == ANY} == {name}


def test_a_check_of_another_kind_of_resource_guards_nothing() -> None:
    found = recorded("prod")
    moved = tuple(
        replace(one, inputs={**one.inputs, "targetResourceType": "endpoint"}) if one.type == BRANCH else one
        for one in found.resources
    )
    opened = {one.kind for one in reached("prod", replace(found, resources=moved)) if one.branch == ANY}

    assert opened == {"agent pool", "environment", "variable group"}


def test_each_permission_is_among_what_is_reached() -> None:
    for stack in STACKS:
        permitted = {str(one.inputs["resourceId"]) for one in recorded(stack).all(AUTHORIZATION)}
        assert len(reached(stack, recorded(stack))) == len(permitted)


@pytest.mark.parametrize("stack", STACKS)
def test_an_identity_writes_the_blobs_of_its_own_environment_alone(stack: str) -> None:
    (other,) = set(STACKS) - {stack}
    paths = [f".pulumi/stacks/slipway/{other}.json", f"_deployments/{other}/1/begun.json", ".pulumi/meta.yaml"]
    found = recorded(stack)
    for identity in identities(found):
        for grant in grants(found, identity.name):
            assert not [path for path in paths if grant.writes_blob(path)], (identity.name, grant.where)


def test_the_page_is_current() -> None:
    assert reach_page.PAGE.read_text(encoding="utf-8") == reach_page.page(), "run: make reference"
