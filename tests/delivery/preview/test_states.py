"""Rendered states: read, refused, and matched by alias as the engine does it."""

import json
from pathlib import Path
from typing import Any

import pytest

from delivery.failure import FailureError, NotFoundError
from delivery.preview.compare import compare
from delivery.preview.model import Operation
from delivery.preview.states import Rendered, parse, read

Document = dict[str, Any]


def resource(kind: str, name: str, parent: str | None = None, **options: Any) -> Document:
    component = {"component": True} if kind.startswith("own:") else {}
    return {"type": kind, "name": name, "parent": parent, "inputs": {"n": name[-1]}, "options": component | options}


def state(*resources: Document) -> Rendered:
    whole = {"format": 1, "project": "p", "stack": "s", "resources": list(resources), "outputs": {}}
    return parse(json.dumps(whole).encode(), "test")


def operations(base: Rendered, head: Rendered) -> dict[str, Operation]:
    return {change.key: change.operation for change in compare(base, head, "test").changes}


def test_a_key_is_the_types_of_the_parents_and_the_name_as_in_a_urn() -> None:
    found = state(
        resource("own:i:Outer", "outer"),
        resource("own:i:Inner", "inner", "own:i:Outer::outer"),
        resource("x:y:Z", "z", "own:i:Inner::inner"),
    )

    assert [one.key for one in found.resources] == [
        "own:i:Outer::outer",
        "own:i:Outer$own:i:Inner::inner",
        "own:i:Outer$own:i:Inner$x:y:Z::z",
    ]


@pytest.mark.parametrize("alias", ["old", "x:y:Z::old", "urn:pulumi:s::p::x:y:Z::old"])
def test_an_alias_in_each_of_its_forms_keeps_a_resource(alias: str) -> None:
    renamed = resource("x:y:Z", "new", aliases=[alias]) | {"inputs": {"n": "d"}}

    assert operations(state(resource("x:y:Z", "old")), state(renamed)) == {"x:y:Z::new": Operation.SAME}


def test_children_inherit_the_alias_of_their_parent_and_its_name_in_theirs() -> None:
    base = state(resource("own:i:A", "store"), resource("x:y:Z", "store-account", "own:i:A::store"))
    head = state(
        resource("own:i:B", "models", aliases=["own:i:A::store"]),
        resource("x:y:Z", "models-account", "own:i:B::models") | {"inputs": {"n": "t"}},
    )

    assert operations(base, head) == {
        "own:i:B::models": Operation.SAME,
        "own:i:B$x:y:Z::models-account": Operation.SAME,
    }


def test_one_resource_is_never_matched_twice() -> None:
    base = state(resource("x:y:Z", "old"))
    head = state(resource("x:y:Z", "a", aliases=["old"]), resource("x:y:Z", "b", aliases=["old"]))

    assert sorted(operations(base, head).values()) == [Operation.CREATE, Operation.UPDATE]


def test_another_parent_without_an_alias_is_another_resource() -> None:
    base = state(resource("own:i:A", "a"), resource("x:y:Z", "z", "own:i:A::a"))
    head = state(resource("own:i:A", "a"), resource("x:y:Z", "z"))

    assert operations(base, head) == {
        "own:i:A::a": Operation.SAME,
        "x:y:Z::z": Operation.CREATE,
        "own:i:A$x:y:Z::z": Operation.DELETE,
    }


def test_a_value_of_a_replaced_resource_is_another_value() -> None:
    def estate(location: str) -> Rendered:
        identity = resource("azure-native:managedidentity:UserAssignedIdentity", "identity")
        identity["inputs"] = {"resourceName": "id", "location": location}
        taker = resource("x:y:Z", "taker") | {"inputs": {"client": "is ${identity.clientId}"}}
        return state(identity, taker)

    [_, taker] = compare(estate("a"), estate("b"), "test").changes

    assert taker.operation is Operation.UPDATE
    assert taker.because == ("azure-native:managedidentity:UserAssignedIdentity::identity",)
    assert [(one.path, one.old, one.unknown) for one in taker.differences] == [
        ("client", "is ${identity.clientId}", True)
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "test: not JSON: "),
        (b"[]", "test: document: Input should be "),
        (b'{"format": 2, "project": "p", "stack": "s", "resources": []}', "test: format: Input should be 1"),
        (b'{"format": 1, "project": "p", "stack": "s", "resources": [{"type": "x"}]}', "test: resources.0.name: "),
    ],
)
def test_what_is_no_rendered_state_is_refused_in_one_sentence(content: bytes, message: str) -> None:
    with pytest.raises(FailureError) as refusal:
        parse(content, "test")

    assert str(refusal.value).startswith(message)


def test_a_folder_without_a_state_says_what_writes_one(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="`slipway preview render` writes one"):
        read(tmp_path)
