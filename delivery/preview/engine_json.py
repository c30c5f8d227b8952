"""Reader of `pulumi preview --json`: a real engine's output becomes the one model of a change."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import orjson

from delivery.failure import FailureError

from .compare import output_changes
from .difference import differences, option_differences
from .engine_detail import told
from .model import Change, Difference, Json, Operation, OutputChange, Preview, State
from .secrets import SIGNATURE, hide, hide_inputs, hide_text, without_echoes

STACK: Final = "pulumi:pulumi:Stack"

_OPERATIONS: Final = {
    "create": Operation.CREATE,
    "update": Operation.UPDATE,
    "delete": Operation.DELETE,
    "same": Operation.SAME,
    "replace": Operation.REPLACE,
    "create-replacement": Operation.REPLACE,
    "delete-replaced": Operation.REPLACE,
    "import-replacement": Operation.REPLACE,
    "read": Operation.READ,
    "read-replacement": Operation.READ,
    "read-discard": Operation.FORGET,
    "discard": Operation.FORGET,
    "discard-replaced": Operation.FORGET,
    "remove-pending-replace": Operation.FORGET,
    "import": Operation.IMPORT,
    "refresh": Operation.REFRESH,
}
_OPTIONS: Final = (
    "protect",
    "retainOnDelete",
    "deletedWith",
    "ignoreChanges",
    "replaceOnChanges",
    "additionalSecretOutputs",
    "customTimeouts",
)
_NOISE = re.compile(r"warning: using pulumi-resource-|the wrong version may be on your path")
_COLOUR = re.compile(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m")


def parse(content: bytes, place: str) -> Preview:
    """The preview in the engine's JSON; `place` is what an error calls it."""
    document = _document(content, place)
    if SIGNATURE.encode() in content:  # only --show-secrets puts marked values in; looking for their echoes costs
        document = without_echoes(document)
    steps = [step for step in document["steps"] if isinstance(step, dict) and isinstance(step.get("urn"), str)]
    if len(steps) != len(document["steps"]):
        raise FailureError(
            f"{place}: steps: found a step without a urn; needed is the output of `pulumi preview --json`"
        )
    stack, project = _names(steps, place)
    changes = _merge(_change(step) for step in steps if _type(step) != STACK)
    counted = sum(count for count in (document.get("changeSummary") or {}).values() if isinstance(count, int))
    return Preview(
        project=project,
        stack=stack,
        source=f"the engine's preview{_dry_run(changes)}",
        changes=tuple(_caused(changes)),
        outputs=_outputs(steps),
        notes=tuple(_notes(document)),
        unlisted=max(0, counted - len(steps)),
    )


def _document(content: bytes, place: str) -> dict[str, Any]:
    needed = "needed is the output of `pulumi preview --json`"
    start = content.find(b"{")
    if start < 0:
        raise FailureError(f"{place}: found {'nothing' if not content.strip() else 'no JSON'}; {needed}")
    try:
        document = orjson.loads(content[start:])
    except orjson.JSONDecodeError as error:
        raise FailureError(f"{place}: not JSON: {error}; {needed}") from None
    if not isinstance(document, dict) or not isinstance(document.get("steps"), list):
        raise FailureError(f"{place}: found JSON without a list of steps; {needed}")
    return document


def _names(steps: list[dict[str, Any]], place: str) -> tuple[str, str]:
    if not steps:
        return "", ""
    parts = steps[0]["urn"].split("::")
    if len(parts) < 4 or not parts[0].startswith("urn:pulumi:"):
        raise FailureError(f"{place}: found the urn '{steps[0]['urn'][:100]}'; an engine's begins urn:pulumi:STACK::")
    return parts[0].removeprefix("urn:pulumi:"), parts[1]


def _key(urn: str) -> str:
    return "::".join(urn.split("::")[2:])


def _type(step: dict[str, Any]) -> str:
    return str(step["urn"].split("::")[2].rpartition("$")[2])


def _change(step: dict[str, Any]) -> Change:
    word = str(step.get("op", ""))
    operation = _OPERATIONS.get(word, Operation.OTHER)
    before, after = step.get("oldState") or {}, step.get("newState") or {}
    old = _state(step["urn"], before) if before else None
    unchanged = operation is Operation.SAME and before.get("inputs") == after.get("inputs")
    new = _state(step["urn"], after, old.inputs if old and unchanged else None) if after else None
    if operation is Operation.DELETE:
        new = None
    if old is None and new is None:
        new = State(_key(step["urn"]), _type(step), step["urn"].rpartition("::")[2])
    found: list[Difference] = []
    if old and new and operation is not Operation.READ:
        if not unchanged:
            found = told(differences(new.type, old.inputs, new.inputs), step)
        found += option_differences(new.type, _settled(old.options), _settled(new.options))
    if operation is Operation.REFRESH and not found:
        operation = Operation.SAME
    return Change(operation, old, new, tuple(found), word=word if operation is Operation.OTHER else "")


def _dry_run(changes: list[Change]) -> str:
    """Return a clause where the cluster should have made a dry run: the engine's JSON has no outputs that show it."""
    asked = (Operation.CREATE, Operation.UPDATE, Operation.REPLACE)
    concerned = any(change.state.type.startswith("kubernetes:") and change.operation in asked for change in changes)
    return ", which does not tell whether the cluster made a dry run" if concerned else ""


def _state(urn: str, given: dict[str, Any], inputs: dict[str, Json] | None = None) -> State:
    """One side; `inputs` are given where they are hidden already."""
    urn = given.get("urn") or urn
    options = {key: given[key] for key in _OPTIONS if given.get(key)}
    for key in ("deletedWith",):
        if key in options:
            options[key] = _key(str(options[key]))
    provider = given.get("provider")
    if isinstance(provider, str):
        options["provider"] = _key(provider.rpartition("::")[0])
    parent = given.get("parent") or ""
    parent = "" if f"::{STACK}::" in parent else _key(parent)
    if given.get("custom") is False:
        options["component"] = True
    needs = {_key(need) for need in given.get("dependencies") or ()}
    needs |= {options[key] for key in ("provider", "deletedWith") if key in options}
    type_ = str(given.get("type") or urn.split("::")[2].rpartition("$")[2])
    if inputs is None:
        inputs = hide_inputs(type_, given.get("inputs") or {})
    return State(_key(urn), type_, urn.rpartition("::")[2], parent or None, inputs, options, tuple(sorted(needs)))


def _settled(options: dict[str, Json]) -> dict[str, Json]:
    """Without the provider where it is the engine's own default one, whose name is only a version."""
    return {key: value for key, value in options.items() if key != "provider" or "::default" not in str(value)}


def _merge(changes: Iterator[Change]) -> list[Change]:
    """Return one change a resource. The engine may tell a replacement in three steps, and a refresh first."""
    merged: dict[str, Change] = {}
    for change in changes:
        known = merged.get(change.key)
        if known is None:
            merged[change.key] = change
            continue
        operations = {known.operation, change.operation}
        operation = Operation.REPLACE if Operation.REPLACE in operations else change.operation
        found = known.differences if len(known.differences) >= len(change.differences) else change.differences
        if known.operation in (Operation.UPDATE, Operation.REFRESH):  # a refresh told first what it found
            operation = Operation.REFRESH if change.operation is Operation.SAME and found else operation
            found = found if change.operation is Operation.SAME else change.differences
            known = replace(known, old=change.old or known.old)
        merged[change.key] = Change(operation, known.old or change.old, known.new or change.new, found)
    return list(merged.values())


def _caused(changes: list[Change]) -> Iterator[Change]:
    """Replacements with no property of their own name the replaced resources that they need."""
    replaced = {change.key for change in changes if change.operation in (Operation.REPLACE, Operation.DELETE)}
    for change in changes:
        if change.operation is Operation.REPLACE and not change.replacing:
            needs = set(change.new.needs if change.new else ()) | set(change.old.needs if change.old else ())
            yield replace(change, because=tuple(sorted(needs & replaced - {change.key})))
        else:
            yield change


def _outputs(steps: list[dict[str, Any]]) -> tuple[OutputChange, ...] | None:
    """The stack's outputs, where both sides tell them; a preview of an engine often tells only the old ones."""
    for step in steps:
        if _type(step) == STACK:
            before, after = step.get("oldState") or {}, step.get("newState") or {}
            if "outputs" not in after:
                return None
            return output_changes(_hidden(before.get("outputs")), _hidden(after["outputs"]))
    return None


def _hidden(outputs: dict[str, Json] | None) -> dict[str, Json]:
    return {hide_text(name): hide(name, value) for name, value in (outputs or {}).items()}


def _notes(document: dict[str, Any]) -> Iterator[str]:
    """Yield the engine's errors and warnings, without those that it always gives."""
    said = set()
    for diagnostic in document.get("diagnostics") or ():
        text = _COLOUR.sub("", str(diagnostic.get("message", ""))).strip()
        severity = str(diagnostic.get("severity", ""))
        if severity not in ("error", "warning") or not text or _NOISE.search(text) or text in said:
            continue
        said.add(text)
        label = "" if text.startswith(f"{severity}:") else f"{severity}: "
        yield hide_text(label + text)
