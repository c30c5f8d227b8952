"""A look-up of a thing that config names wrongly ends in one sentence, with the key, and no trace."""

from collections.abc import Mapping

import pytest

from delivery.preview.computed import AbsentError, Computed
from delivery.preview.record import Value
from delivery.preview.recording import ProgramError, record
from slipway.placement import Placement
from tests.infra.support.pipelines import hub, later, program

GITHUB = {"kind": "github", "name": "contoso/scoring", "connection": "nope"}


class Lacking(Computed):
    """Answers as Azure DevOps does where one thing is missing, or is another than config says."""

    def __init__(self, question: str, answer: Mapping[str, Value] | None = None) -> None:
        self._question, self._answer = question, answer

    def invoke(self, token: str, args: Mapping[str, Value]) -> dict[str, Value]:
        if not token.endswith(f":{self._question}"):
            return super().invoke(token, args)
        if self._answer is None:
            raise AbsentError(f"{args.get('name', 'nope')} not found!")
        return {**super().invoke(token, args), **self._answer}


@pytest.mark.parametrize(
    ("question", "changes", "sentence"),
    [
        ("getProject", {}, "slipway:pipelines.hub.project.name: found 'scoring', allowed: a project"),
        ("getGitRepository", {}, "slipway:pipelines.hub.source.name: found 'scoring', allowed: a repository"),
        ("getAgentQueue", {"pool": "none"}, "slipway:pipelines.pool: found 'none', allowed: an agent pool"),
        (
            "getAgentQueue",
            {"hub.reviewPool": "gone"},
            "slipway:pipelines.hub.reviewPool: found 'gone', allowed: an agent pool",
        ),
        (
            "getServiceEndpointGithub",
            {"hub.source": GITHUB},
            "slipway:pipelines.hub.source.connection: found 'nope', allowed: the name of a GitHub connection",
        ),
    ],
)
def test_what_is_not_there_is_named_with_its_key(
    placement: Placement, question: str, changes: Mapping[str, object], sentence: str
) -> None:
    with pytest.raises(ProgramError) as caught:
        record(program(placement, hub(changes)), stack="dev", computed=Lacking(question))
    assert sentence in str(caught.value)
    assert "not found!" in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_a_connection_of_another_service_is_not_taken_for_githubs(placement: Placement) -> None:
    other = Lacking("getServiceEndpointGithub", {"authorization": {"scheme": "WorkloadIdentityFederation"}})

    with pytest.raises(ProgramError, match="found 'nope' with WorkloadIdentityFederation, allowed: a conn"):
        record(program(placement, hub({"hub.source": GITHUB})), stack="dev", computed=other)


@pytest.mark.parametrize("scheme", ["InstallationToken", "OAuth", "PersonalAccessToken", "Token"])
def test_each_way_to_log_in_to_github_is_taken(placement: Placement, scheme: str) -> None:
    found = Lacking("getServiceEndpointGithub", {"authorization": {"scheme": scheme}})

    assert record(program(placement, hub({"hub.source": GITHUB})), stack="dev", computed=found).resources


def test_a_later_environment_names_its_own_pool(placement: Placement) -> None:
    config = later({"pool": "gone"})

    with pytest.raises(ProgramError, match=r"slipway:pipelines\.pool: found 'gone'"):
        record(program(placement, config, environment="prod"), stack="prod", computed=Lacking("getAgentQueue"))
