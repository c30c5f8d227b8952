"""What the section `slipway:pipelines` takes, and how it refuses the rest."""

import json
from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from delivery.preview import project
from slipway.config.chain_rules import contradictions
from slipway.config.environment import Environment
from slipway.config.load import parse
from slipway.config.pipelines import Pipelines, chain_of
from slipway.config.pipelines_rules import (
    approvers_suffice,
    environment_fits_its_own_chain,
    hours_are_within_a_day,
    new_project_has_its_repository,
    one_hub,
    reviews_run_apart,
    source_fits_its_kind,
)
from slipway.config.problems import of
from tests.infra.support.pipelines import APPROVERS, HUB, LATER, hub, later
from tests.infra.support.workloads import changed
from tests.support.sample import SAMPLE


def refused(whole: Mapping[str, object], changes: Mapping[str, object]) -> list[str]:
    """What the loader would print."""
    with pytest.raises(ValidationError) as caught:
        Pipelines.model_validate_json(json.dumps(changed(whole, changes)))
    return [str(problem) for problem in of(Pipelines, "slipway:pipelines", caught.value)]


def environment(promotes_from: str | None) -> Environment:
    facts = {"workload": "scoring", "location": "westeurope", "suffix": "x7", "owner": "me", "costCentre": "1"}
    return Environment.model_validate({**facts, "protect": False, "promotesFrom": promotes_from})


@pytest.mark.parametrize("url", ["https://dev.azure.com/contoso", "https://contoso.visualstudio.com"])
def test_an_organisation_is_taken_by_either_of_its_addresses(url: str) -> None:
    assert hub({"organization": f"{url}/"}).organization == url


@pytest.mark.parametrize("url", ["contoso", "http://dev.azure.com/contoso", "https://dev.azure.com/contoso/scoring"])
def test_another_address_is_no_organisation(url: str) -> None:
    assert refused(HUB, {"organization": url}) == [
        f'slipway:pipelines.organization: found "{url}", allowed: an organisation such as https://dev.azure.com/contoso'
    ]


def test_whether_anybody_must_approve_is_said_and_never_assumed() -> None:
    assert refused(LATER, {"checks.approval": None}) == [
        "slipway:pipelines.checks.approval: found nothing, allowed: a value: Who must agree"
    ]


def test_a_release_may_change_the_workload_alone_unless_more_is_said() -> None:
    assert later({"rights": None}).rights == "release"


def test_a_repository_url_carries_no_credentials() -> None:
    (problem,) = refused(HUB, {"hub.source.url": "https://me:secret@git.example/team/app.git"})

    assert problem.endswith("allowed: an https URL without credentials, such as https://git.example/team/app.git")


def test_a_time_zone_is_one_of_those_azure_devops_knows() -> None:
    (problem,) = refused(LATER, {"checks.businessHours.timeZone": "Europe/Berlin"})

    assert 'found "Europe/Berlin", allowed: a Windows time zone such as "W. Europe Standard Time"' in problem


def test_the_environment_that_promotes_from_none_has_the_hub_and_no_other() -> None:
    assert list(one_hub(environment(None), hub())) == []
    assert list(one_hub(environment("dev"), later())) == []
    ((missing, *_),) = one_hub(environment(None), later())
    ((double, _found, allowed),) = one_hub(environment("dev"), hub())

    assert missing == double == "pipelines.hub"
    assert allowed == "nothing, because dev owns the project"


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ({"kind": "azure-repos", "name": "scoring"}, []),
        ({"kind": "azure-repos", "name": "scoring", "create": True}, []),
        ({"kind": "azure-repos", "name": "a/b"}, ["name"]),
        ({"kind": "azure-repos", "name": "a", "connection": "c", "url": "https://g.example/a"}, ["connection", "url"]),
        ({"kind": "github", "name": "contoso/scoring", "connection": "contoso"}, []),
        ({"kind": "github", "name": "scoring"}, ["connection", "name"]),
        ({"kind": "github", "name": "a/b", "connection": "c", "create": True}, ["create"]),
        ({"kind": "github", "name": "a/b", "connection": "c", "reviewers": 2}, ["reviewers"]),
        ({"kind": "other-git", "name": "a", "url": "https://g.example/a", "reviewers": 0}, ["reviewers"]),
        ({"kind": "other-git", "name": "scoring", "url": "https://g.example/a"}, []),
        ({"kind": "other-git", "name": "scoring"}, ["url"]),
        ({"kind": "other-git", "name": "scoring", "pusher": APPROVERS[0]}, []),
        ({"kind": "other-git", "name": "a", "url": "https://g.example/a", "pusher": APPROVERS[0]}, ["pusher"]),
        ({"kind": "azure-repos", "name": "scoring", "pusher": APPROVERS[0]}, ["pusher"]),
    ],
)
def test_each_kind_of_repository_needs_its_own_facts(source: dict[str, object], paths: list[str]) -> None:
    found = [path for path, _found, _allowed in source_fits_its_kind(hub({"hub.source": source}))]

    assert found == [f"pipelines.hub.source.{path}" for path in paths]


MIRROR = {"kind": "other-git", "name": "scoring", "url": "https://g.example/a"}


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ({"kind": "azure-repos", "name": "scoring", "create": True}, ["create"]),
        ({"kind": "azure-repos", "name": "Scoring", "create": True}, ["create"]),
        ({"kind": "azure-repos", "name": "scoring"}, []),
        ({"kind": "azure-repos", "name": "other", "create": True}, []),
        (MIRROR, ["name"]),
    ],
)
def test_a_new_project_has_a_repository_of_its_own_name(source: dict[str, object], paths: list[str]) -> None:
    config = hub({"hub.project.create": True, "hub.source": source})
    found = [path for path, _found, _allowed in new_project_has_its_repository(config)]

    assert found == [f"pipelines.hub.source.{path}" for path in paths]
    assert list(new_project_has_its_repository(hub({"hub.source": source}))) == []


def test_no_policy_protects_the_branch_of_a_mirror() -> None:
    ((path, found, allowed),) = environment_fits_its_own_chain(hub({"hub.source": MIRROR}))

    assert (path, found) == ("pipelines.checks.branchControl", "protected")
    assert allowed.startswith("named: the code is on another Git server")
    named = hub({"hub.source": MIRROR, "checks.branchControl": "named"})
    assert list(environment_fits_its_own_chain(named)) == []
    assert list(environment_fits_its_own_chain(hub())) == []


def test_a_later_environment_fits_what_the_first_one_fixes() -> None:
    chain = chain_of(hub({"hub.source": MIRROR, "hub.reviewPool": "reviews", "branch": "release"}))
    assert chain is not None
    assert chain_of(later()) is None

    wrong = list(contradictions(chain, branch="main", pool="reviews", branch_control="protected"))
    assert [path for path, _found, _allowed in wrong] == [
        "pipelines.branch",
        "pipelines.pool",
        "pipelines.checks.branchControl",
    ]
    assert list(contradictions(chain, branch="release", pool="private", branch_control="named")) == []


def test_no_more_approvals_are_asked_than_there_are_approvers() -> None:
    assert list(approvers_suffice(later())) == []
    assert list(approvers_suffice(later({"checks.approval.minimum": 3}))) == [
        ("pipelines.checks.approval.minimum", "3", "at most 2, one for each approver")
    ]
    twice = later({"checks.approval.approvers": [APPROVERS[0]] * 2})
    assert list(approvers_suffice(twice)) == [
        ("pipelines.checks.approval.approvers", "the same approver twice", "each once")
    ]


def test_no_branch_is_let_in_by_turning_its_control_off() -> None:
    (problem,) = refused(HUB, {"checks.branchControl": "off"})

    assert problem.startswith('slipway:pipelines.checks.branchControl: found "off", allowed: ')
    assert hub().checks.branch_control == "protected"


def test_releases_come_one_at_a_time_unless_config_says_otherwise() -> None:
    assert later({"checks.exclusiveLock": None}).checks.exclusive_lock is True


def test_a_pull_requests_code_runs_on_no_agent_of_an_environment() -> None:
    assert list(reviews_run_apart(hub({"pool": "private", "hub.reviewPool": "reviews"}))) == []
    ((path, found, _allowed),) = reviews_run_apart(hub({"pool": "private", "hub.reviewPool": "private"}))
    assert (path, found) == ("pipelines.hub.reviewPool", "'private'")


def test_business_hours_end_on_the_day_that_they_begin() -> None:
    assert list(hours_are_within_a_day(later())) == []
    assert list(hours_are_within_a_day(later({"checks.businessHours.end": "08:00"}))) == [
        ("pipelines.checks.businessHours.end", "'08:00'", "a time after 08:00 on the same day")
    ]


def test_without_the_section_there_is_nothing_to_contradict() -> None:
    for rule in (source_fits_its_kind, approvers_suffice, reviews_run_apart, hours_are_within_a_day):
        assert list(rule(None)) == []
    assert list(one_hub(environment(None), None)) == []


def test_the_committed_chain_agrees_on_organisation_branch_and_state() -> None:
    sections = [parse(stack, project.read(SAMPLE).config(stack)).pipelines for stack in ("dev", "prod")]

    facts = {(each.organization, each.branch, each.state) for each in sections if each}
    assert len(facts) == 1
