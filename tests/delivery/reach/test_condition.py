"""Conditions are judged as Azure's documentation says."""

import pytest

from delivery.reach.condition import ConditionError, Request, allows

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
DOCUMENTED = f"""
(
 (
  !(ActionMatches{{'{BLOBS}/read'}} AND NOT SubOperationMatches{{'Blob.List'}})
 )
 OR
 (
  @Resource[{BLOBS}:path] StringLike 'uploads/contoso/*'
 )
)
"""
"""The form of Azure's documented example: read blobs in a folder, list all."""


def reading(path: str, operation: str = "") -> Request:
    return Request(action=f"{BLOBS}/read", operation=operation, attributes={f"@Resource[{BLOBS}:path]": path})


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (reading("uploads/contoso/a/b"), True),
        (reading("uploads/other"), False),
        (reading("uploads/other", "Blob.List"), True),
        (Request(action=f"{BLOBS}/read"), False),
        (Request(action=f"{BLOBS}/write"), True),
    ],
)
def test_a_documented_condition_lets_pass_what_its_documentation_says(request_: Request, *, expected: bool) -> None:
    assert allows(DOCUMENTED, request_) is expected


def test_and_binds_stronger_than_or() -> None:
    yes, no = "ActionMatches{'a'}", "ActionMatches{'b'}"
    assert allows(f"{yes} OR {no} AND {no}", Request(action="a"))
    assert not allows(f"({yes} OR {no}) AND {no}", Request(action="a"))


@pytest.mark.parametrize("value", ["{aa-1, bb-2}", "{AA-1}"])
def test_an_identifier_is_found_in_a_list_whatever_its_case(value: str) -> None:
    condition = f"@Request[x:Id] ForAnyOfAnyValues:GuidEquals {value}"
    assert allows(condition, Request(action="a", attributes={"@Request[x:Id]": "aa-1"}))
    assert not allows(condition, Request(action="a", attributes={"@Request[x:Id]": "cc-3"}))


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "(ActionMatches{'a'}",
        "ActionMatches{'a'} ActionMatches{'a'}",
        "Exists{'a'}",
        "@Request[x:Id] DateEquals 'a'",
        "nothing",
    ],
)
def test_what_cannot_be_judged_is_an_error_and_never_a_yes(condition: str) -> None:
    with pytest.raises(ConditionError):
        allows(condition, Request(action="a", attributes={"@Request[x:Id]": "a"}))
