"""What the engine did, or in a preview would do, to each resource; read from its own event log."""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

_KEPT = {"same", "read", "refresh", "discard"}
_REPLACED = {"replace", "create-replacement", "delete-replaced"}


@dataclass(frozen=True)
class Step:
    """One operation on one resource: `create`, `update`, `delete`, `same`, `create-replacement` and the like."""

    op: str
    type: str
    name: str
    changes: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return f"{self.type}::{self.name}"


@dataclass(frozen=True)
class Outcome:
    """How a command of the engine ended."""

    code: int
    text: str
    events: list[dict[str, Any]]

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def whole(self) -> bool:
        """Whether the engine came to its end and told of it: without that, no operation means that none is known."""
        return any("summaryEvent" in event for event in self.events)

    @cached_property
    def steps(self) -> list[Step]:
        """In the order in which they were done, or planned."""
        kind = "resourcePreEvent" if self._planned else "resOutputsEvent"
        return [_step(event[kind]["metadata"]) for event in self.events if kind in event]

    @property
    def _planned(self) -> bool:
        return any(event.get("resourcePreEvent", {}).get("planning") for event in self.events)

    @cached_property
    def operations(self) -> dict[str, str]:
        """`type::name` of every resource that is not left as it is, to what happens to it."""
        found: dict[str, str] = {}
        for step in self.steps:
            if step.op in _REPLACED:
                found[step.key] = "replace"
            elif step.op not in _KEPT and found.get(step.key) != "replace":
                found[step.key] = step.op
        return {key: op for key, op in sorted(found.items()) if not key.startswith("pulumi:pulumi:Stack::")}

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(self.operations.values()))

    def of(self, kind: str) -> dict[str, str]:
        """The operations on resources whose type contains `kind`, such as `ManagedCluster` or `kubernetes:`."""
        return {key: op for key, op in self.operations.items() if kind in key.partition("::")[0]}

    def changes(self, key: str) -> set[str]:
        """The property paths that differ, of one resource."""
        return {path for step in self.steps if step.key == key for path in step.changes}

    @property
    def failed(self) -> list[str]:
        """`type::name` of what failed."""
        failures = [event["resOpFailedEvent"]["metadata"] for event in self.events if "resOpFailedEvent" in event]
        return [_step(metadata).key for metadata in failures]

    @property
    def complaints(self) -> str:
        """Every warning and error that the engine told, without its noise."""
        told = [event["diagnosticEvent"] for event in self.events if "diagnosticEvent" in event]
        return "\n".join(one["message"].strip() for one in told if one["severity"] in ("warning", "error"))

    def seconds(self, kind: str) -> int:
        """How long the only step on a resource of type `kind` took."""
        moments = [
            event["timestamp"]
            for event in self.events
            for told in ("resourcePreEvent", "resOutputsEvent")
            if told in event and event[told]["metadata"]["type"] == kind
        ]
        begun, ended = moments
        return int(ended) - int(begun)

    def index(self, op: str, kind: str) -> int:
        """The place in the order of the last step `op` on a type that contains `kind`."""
        return max(number for number, step in enumerate(self.steps) if step.op == op and kind in step.type)


def _step(metadata: dict[str, Any]) -> Step:
    name = metadata["urn"].split("::", 3)[3]
    return Step(
        metadata["op"], metadata["type"], name, frozenset(metadata.get("detailedDiff") or metadata.get("diffs") or ())
    )


def read_events(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
