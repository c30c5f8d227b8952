"""The engine's JSON, detail by detail, in steps as the engine writes them."""

import json
from typing import Any

import pytest

from delivery.failure import FailureError
from delivery.preview.engine_json import parse
from delivery.preview.model import Change, Operation, Preview
from delivery.preview.report import Report, report
from tests.delivery.preview.day import TODAY

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ACCOUNT = "azure-native:storage:StorageAccount"


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:prod::slipway::{kind}::{name}"


def step(op: str, kind: str, name: str, old: Any = None, new: Any = None, **more: Any) -> dict[str, Any]:
    """A step; `old` and `new` are inputs, or whole states where they have a key `inputs`."""
    found: dict[str, Any] = {"op": op, "urn": urn(kind, name), "detailedDiff": None}
    for side, given in (("oldState", old), ("newState", new)):
        if given is not None:
            whole = given if "inputs" in given else {"inputs": given}
            found[side] = {"urn": urn(kind, name), "type": kind, "custom": True, **whole}
    return found | more


def preview(*steps: dict[str, Any], **more: Any) -> Preview:
    return parse(json.dumps({"steps": list(steps), **more}).encode(), "test")


def one(*steps: dict[str, Any]) -> Change:
    changes = preview(*steps).changes
    assert len(changes) == 1
    return changes[0]


def told(*steps: dict[str, Any], **more: Any) -> Report:
    return report(preview(*steps, **more), TODAY)


def test_a_secret_that_changes_shows_that_it_does_and_nothing_else() -> None:
    both = {"value": "[secret]", "name": "n"}
    shown = told(
        step("update", "x:y:Z", "z", both, both, detailedDiff={"value": {"kind": "update", "inputDiff": True}})
    )

    [difference] = shown.items[0].differences
    assert (difference.path, difference.secret, difference.old, difference.new) == ("value", True, None, None)
    assert shown.headline == "prod: Z: look at this: value: the secret changes"


def test_secrets_shown_in_clear_are_told_apart_and_hidden() -> None:
    change = one(step("update", "x:y:Z", "z", {"apiKey": "first-value"}, {"apiKey": "second-value"}))

    assert [found.path for found in change.differences] == ["apiKey"]
    assert "first-value" not in repr(change)
    assert "second-value" not in repr(change)


def test_the_engines_word_decides_what_replaces() -> None:
    change = one(
        step(
            "replace",
            ACCOUNT,
            "a",
            {"sku": {"name": "A"}, "tags": {"t": "1"}},
            {"sku": {"name": "B"}, "tags": {"t": "2"}},
            detailedDiff={
                "sku.name": {"kind": "update-replace", "inputDiff": True},
                "tags.t": {"kind": "update", "inputDiff": True},
            },
        )
    )

    assert {found.path: found.replaces for found in change.differences} == {"sku.name": True, "tags.t": False}


def test_reasons_without_detail_still_say_what_replaces() -> None:
    change = one(
        step("replace", ACCOUNT, "a", {"kind": "A"}, {"kind": "B"}, diffReasons=["kind"], replaceReasons=["kind"])
    )

    assert [(found.path, found.replaces) for found in change.differences] == [("kind", True)]


def test_drift_that_only_the_provider_sees_is_told_with_its_value_in_the_cloud() -> None:
    inputs = {"size": 3}
    drifted = {"inputs": inputs, "outputs": {"size": 5}}
    change = one(
        step("update", "x:y:Z", "z", drifted, inputs, detailedDiff={"size": {"kind": "update", "inputDiff": False}})
    )

    assert [(found.path, found.old, found.new) for found in change.differences] == [("size", 5, 3)]


def test_protection_taken_away_shows_though_the_engine_calls_it_the_same() -> None:
    inputs = {"accountName": "a"}
    shown = told(step("same", ACCOUNT, "a", {"inputs": inputs, "protect": True}, {"inputs": inputs}))

    assert shown.headline == "prod: storage account a: is no longer protected"
    assert [item.rank for item in shown.items] == ["security"]


def test_a_new_version_of_a_default_provider_is_no_other_provider() -> None:
    sides = [
        {"inputs": {}, "provider": f"{urn('pulumi:providers:azure-native', f'default_3_{minor}_0')}::an-id"}
        for minor in (28, 29)
    ]

    assert told(step("same", ACCOUNT, "a", *sides)).headline == "prod: nothing changes"


def test_a_value_that_becomes_unknown_is_marked() -> None:
    change = one(step("update", "x:y:Z", "z", {"address": "10.0.0.1"}, {"address": UNKNOWN}))

    [difference] = change.differences
    assert (difference.unknown, difference.old, difference.new) == (True, "10.0.0.1", "${unknown}")


def test_a_refresh_that_finds_nothing_is_no_update() -> None:
    shown = told(step("refresh", ACCOUNT, "models", {"kind": "StorageV2"}, {"kind": "StorageV2"}))

    assert (shown.headline, shown.counts) == ("prod: nothing changes", {"same": 1})


def test_what_only_a_refresh_finds_is_taken_into_the_state_and_is_no_update() -> None:
    old, drifted = {"inputs": {}, "outputs": {"tier": "Hot"}}, {"inputs": {}, "outputs": {"tier": "Cool"}}
    shown = told(
        step("update", ACCOUNT, "models", old, drifted, detailedDiff={"tier": {"kind": "update"}}),
        step("same", ACCOUNT, "models", drifted, drifted),
    )

    assert shown.counts == {"refresh": 1}
    assert [one.rank for one in shown.items] == ["harmless"]


def test_drift_that_the_program_takes_back_is_an_update() -> None:
    old, drifted = {"accessTier": "Hot"}, {"accessTier": "Cool"}
    shown = told(
        step("update", ACCOUNT, "models", old, drifted),
        step("update", ACCOUNT, "models", drifted, old),
    )

    assert shown.counts == {"update": 1}
    assert [(found.old, found.new) for found in shown.items[0].differences] == [("Cool", "Hot")]


def test_an_engine_does_not_tell_whether_the_cluster_was_asked() -> None:
    kind = "kubernetes:core/v1:ConfigMap"
    shown = told(step("update", kind, "settings", {"data": {"a": "1"}}, {"data": {"a": "2"}}))

    assert shown.source == "the engine's preview, which does not tell whether the cluster made a dry run"
    assert told(step("same", kind, "settings", {"data": {}}, {"data": {}})).source == "the engine's preview"


def test_three_steps_of_a_replacement_are_one_change() -> None:
    old, new = {"sku": "A"}, {"sku": "B"}
    change = one(
        step("create-replacement", ACCOUNT, "a", old, new, replaceReasons=["sku"]),
        step("replace", ACCOUNT, "a", old, new, replaceReasons=["sku"]),
        step("delete-replaced", ACCOUNT, "a", old),
    )

    assert change.operation is Operation.REPLACE
    assert [(found.path, found.replaces) for found in change.differences] == [("sku", True)]


def test_an_operation_of_a_newer_engine_is_shown_in_its_own_words() -> None:
    shown = told(step("transmogrify", ACCOUNT, "a", {"x": 1}, {"x": 2}))

    assert shown.items[0].operation is Operation.OTHER
    assert shown.items[0].says[0] == "the engine says: transmogrify"


def test_an_alias_keeps_a_renamed_resource() -> None:
    old = {"inputs": {"accountName": "a"}, "urn": urn(ACCOUNT, "before")}
    shown = told(step("same", ACCOUNT, "after", old, {"accountName": "a"}))

    assert shown.headline == (
        "prod: nothing of consequence (storage account after: was called before; the alias keeps it)"
    )


def test_outputs_are_compared_where_both_sides_are_told() -> None:
    stack = "pulumi:pulumi:Stack"
    sides = [{"inputs": {}, "outputs": {"url": text, "kubeconfig": text}} for text in ("http://a", "http://b")]
    found = preview(step("same", stack, "slipway-prod", *sides)).outputs

    assert found is not None
    assert [(output.name, output.old, output.new, output.secret) for output in found] == [
        ("kubeconfig", None, None, True),
        ("url", "http://a", "http://b", False),
    ]


def test_errors_of_the_engine_are_told_and_its_noise_is_not() -> None:
    found = preview(
        diagnostics=[
            {"message": "warning: using pulumi-resource-random from $PATH at /opt/bin\n", "severity": "warning"},
            {"message": "<{%fg 1%}>error: <{%reset%}>Preview failed: no such SKU\n", "severity": "error"},
            {"message": "error: Preview failed: no such SKU", "severity": "error"},
            {"message": "resource plugin is slow", "severity": "warning"},
            {"message": "just telling", "severity": "info"},
        ],
    )

    assert found.notes == ("error: Preview failed: no such SKU", "warning: resource plugin is slow")


def test_text_before_the_json_does_not_disturb() -> None:
    content = b"Previewing update (prod):\n" + json.dumps({"steps": []}).encode()

    assert parse(content, "test").changes == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "test: found nothing; needed is the output of `pulumi preview --json`"),
        (b"no stack", "test: found no JSON; needed is the output of `pulumi preview --json`"),
        (b'{"steps": [', "test: not JSON: "),
        (b'{"a": 1}', "test: found JSON without a list of steps; "),
        (b'{"steps": [{}]}', "test: steps: found a step without a urn; "),
        (b'{"steps": [{"urn": "x"}]}', "test: found the urn 'x'; an engine's begins urn:pulumi:STACK::"),
    ],
)
def test_what_is_no_preview_is_refused_in_one_sentence(content: bytes, message: str) -> None:
    with pytest.raises(FailureError) as refusal:
        parse(content, "test")

    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)
