"""The stand-ins refuse what the real programs refuse."""

from typing import Any

import pytest

from tests.support.az import cloud
from tests.support.az.answer import write_answer
from tests.support.az.parsing import AzureError, Call, parse
from tests.support.pulumi.__main__ import parse as parse_pulumi


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("group crate --name x", "'group crate' is misspelled or not recognized"),
        ("group create --name x", "the following arguments are required: --location"),
        ("group create --name x --location", "argument --location: expected one argument"),
        ("group create --name x --location y --colour red", "unrecognized arguments: --colour"),
        ("repos pr set-vote --id 1 --vote perhaps", "argument --vote: invalid choice: 'perhaps'"),
        ("provider register --namespace Microsoft.Web --wait now", "unrecognized arguments: now"),
        ("account show --query [", "argument --query: invalid jmespath_type value"),
    ],
)
def test_az_refuses_what_its_parser_refuses(line: str, words: str) -> None:
    with pytest.raises(AzureError) as refused:
        write_answer(parse(line.split()), [])
    assert words in str(refused.value)
    assert refused.value.code == 2


@pytest.mark.parametrize(
    ("state", "line", "words"),
    [
        ({}, "storage account create --name a1b2 --resource-group rg --location x", "MissingSubscriptionRegistration"),
        (
            {"registered": ["Microsoft.Storage"]},
            "storage account create --name a1b2 --resource-group rg --location x",
            "ResourceGroupNotFound",
        ),
        ({}, "storage container-rm create --name c --storage-account a1b2", "was not found"),
        ({}, "role assignment create --role Owners --scope /subscriptions --assignee-object-id x", "doesn't exist"),
        ({}, "ad group show --group nowhere", "No group matches"),
        ({}, "keyvault key rotate --vault-name kv --name state", "KeyNotFound"),
    ],
)
def test_azure_refuses_what_lacks_its_ground(state: dict[str, Any], line: str, words: str) -> None:
    with pytest.raises(AzureError, match=words):
        cloud.run(cloud.empty() | state, parse(line.split()), cloud.ADA)


def test_a_command_without_an_answer_is_no_success() -> None:
    with pytest.raises(AzureError, match="the stand-in has no answer"):
        cloud.run(cloud.empty(), Call("vm create"), cloud.ADA)


@pytest.mark.parametrize("line", ["stack inti dev", "up --stak dev", "preview --stack dev --yes"])
def test_pulumi_refuses_what_its_parser_refuses(line: str) -> None:
    with pytest.raises(SystemExit, match="error: unknown"):
        parse_pulumi(line.split())
